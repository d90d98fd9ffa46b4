using NuGet.Versioning;
using Theseus.Testing;

namespace Theseus.Control.Tests.Validation;

public sealed class ValidatorLaws : IDisposable
{
    private static readonly TimeSpan soon = TimeSpan.FromSeconds(30);
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task ALevelDecidesWhatStops()
    {
        _scene.Put("2.0.0");
        Rule[] rules =
        [
            new("mine.pass") { Answer = [Finding.Pass("", "Good.")] },
            new("mine.warning") { Answer = [Finding.Warning("", "Hm.", "Look.")], IsBinding = true },
            new("mine.error") { Answer = [Finding.Error("", "No.", "Mend.")] },
            new("mine.binding") { Answer = [Finding.Error("", "Never.", "Mend.")], IsBinding = true },
        ];
        async Task<IEnumerable<string>> Stopping(ValidationLevel level) => (await _scene.ValidateAsync(_scene.Upgrade(), level, rules)).Stopping.Select(one => one.Rule);

        Assert.Equal(["mine.warning", "mine.error", "mine.binding"], await Stopping(ValidationLevel.Strict));
        Assert.Equal(["mine.error", "mine.binding"], await Stopping(ValidationLevel.Normal));
        Assert.Equal(["mine.binding"], await Stopping(ValidationLevel.Permissive));
    }

    [Fact]
    public async Task ARuleThatThrowsIsAnErrorOfItsOwnAndStopsNoOther()
    {
        _scene.Put("2.0.0");
        var report = await _scene.ValidateAsync(_scene.Upgrade(), ValidationLevel.Normal,
            new Rule("mine.throws") { Act = (_, _) => throw new InvalidOperationException("Broken.") },
            new Rule("mine.cancels") { Act = (_, _) => throw new OperationCanceledException() },
            new Rule("mine.null") { Answer = null! },
            new Rule("mine.silent") { Answer = [] });

        Assert.Equal(
            ["mine.throws: The rule failed with InvalidOperationException: Broken.", "mine.cancels: The rule failed with OperationCanceledException: The operation was canceled.", "mine.null: The rule gave nothing where an answer belongs."],
            report.Stopping.Select(one => $"{one.Rule}: {one.Message}"));
        Assert.Equal(FindingSeverity.Pass, Assert.Single(report.Findings, one => one.Rule == "mine.silent").Severity);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ARuleThatMissesItsDeadlineIsAnErrorWhetherOrNotItListensToItsToken(bool listens)
    {
        _scene.Put("2.0.0");
        var time = new ManualTimeProvider();
        var never = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        CancellationToken given = default;
        var rule = new Rule("mine.slow")
        {
            // Asked last, so that the clock is its own.
            After = [.. UpgradeRules.BuiltIn.Select(one => one.Id)],
            Deadline = TimeSpan.FromSeconds(7),
            IsBinding = true,
            Act = async (_, token) =>
            {
                given = token;
                asked.TrySetResult();
                await (listens ? never.Task.WaitAsync(token) : never.Task);
                return [];
            },
        };
        var validating = new UpgradeValidator(_scene.ReleasesOf(_scene.Feed), [rule], time: time).ValidateAsync(_scene.Upgrade(), ValidationLevel.Permissive, CancellationToken.None);
        await asked.Task.WaitAsync(soon);
        // Its own: that of a rule before it may be there for a moment more.
        await time.WaitUntilAsync(clock => clock.NextTimerDueIn == TimeSpan.FromSeconds(7), soon);
        time.Advance(TimeSpan.FromSeconds(7) - TimeSpan.FromTicks(1));
        Assert.False(validating.IsCompleted);
        time.Advance(TimeSpan.FromTicks(1));

        var error = Assert.Single((await validating.WaitAsync(soon)).Stopping);
        Assert.Equal(("mine.slow", "The rule gave no answer within 00:00:07."), (error.Rule, error.Message));
        Assert.True(given.IsCancellationRequested);
        never.SetResult();
    }

    [Fact]
    public async Task RulesThatDoNotWaitForEachOtherAreAskedSideBySide()
    {
        _scene.Put("2.0.0");
        var (one, other) = (new TaskCompletionSource(), new TaskCompletionSource());
        // Each goes on only once the other has begun.
        var report = await _scene.ValidateAsync(_scene.Upgrade(), ValidationLevel.Normal,
            new Rule("mine.one") { Act = async (_, token) => { one.SetResult(); await other.Task.WaitAsync(token); return []; } },
            new Rule("mine.other") { Act = async (_, token) => { other.SetResult(); await one.Task.WaitAsync(token); return []; } }).WaitAsync(soon);

        Assert.True(report.IsAllowed);
    }

    [Fact]
    public async Task ARuleThatBlocksItsThreadHoldsUpNoOther()
    {
        _scene.Put("2.0.0");
        using var begun = new ManualResetEventSlim();
        var report = await _scene.ValidateAsync(_scene.Upgrade(), ValidationLevel.Normal,
            new Rule("mine.blocks") { Act = (_, token) => { begun.Wait(soon, token); return Answer(); } },
            new Rule("mine.frees") { Act = (_, _) => { begun.Set(); return Answer(); } }).WaitAsync(soon);

        Assert.True(report.IsAllowed);
    }

    [Fact]
    public async Task ARuleIsNotAskedBeforeThoseThatItWaitsForHaveFoundNothing()
    {
        _scene.Put("2.0.0");
        var order = new List<string>();
        var lockOfOrder = new Lock();
        Rule Noted(string id, FindingSeverity severity, params string[] after) => new(id)
        {
            After = after,
            IsBinding = true,
            Act = (_, _) =>
            {
                lock (lockOfOrder)
                    order.Add(id);
                return Answer(new Finding(severity, "", "", "Noted.", "?"));
            },
        };
        var report = await _scene.ValidateAsync(_scene.Upgrade(), ValidationLevel.Permissive,
            Noted("mine.last", FindingSeverity.Pass, "mine.bad"), Noted("mine.bad", FindingSeverity.Error, "mine.first"), Noted("mine.first", FindingSeverity.Warning));

        Assert.Equal(["mine.first", "mine.bad"], order);
        // What was not checked stops as if it had failed.
        Assert.Equal(["mine.last: It was not checked, because 'mine.bad' found an error.", "mine.bad: Noted."], report.Stopping.Select(one => $"{one.Rule}: {one.Message}"));
    }

    [Fact]
    public async Task FindingsComeInOneOrderWhateverFinishesFirst()
    {
        _scene.Put("2.0.0");
        var second = new TaskCompletionSource();
        var report = await _scene.ValidateAsync(_scene.Upgrade(), ValidationLevel.Normal,
            new Rule("mine.first") { Act = async (_, token) => { await second.Task.WaitAsync(token); return [Finding.Pass("b", "2"), Finding.Warning("z", "1", ""), Finding.Pass("a", "3"), Finding.Error("q", "4", "")]; } },
            new Rule("mine.second") { Act = (_, _) => { second.SetResult(); return Answer(Finding.Pass("", "5")); } });

        Assert.Equal([.. UpgradeRules.BuiltIn.Select(rule => rule.Id), "mine.first", "mine.second"], report.Findings.Select(one => one.Rule).Distinct());
        Assert.Equal(["4", "1", "3", "2", "5"], report.Findings.Where(one => one.Rule.StartsWith("mine", StringComparison.Ordinal)).Select(one => one.Message));
    }

    [Fact]
    public async Task WhoGivesUpGetsNoReport()
    {
        _scene.Put("2.0.0");
        using var giveUp = new CancellationTokenSource();
        var rule = new Rule("mine.waits") { Act = async (_, token) => { await giveUp.CancelAsync(); await new TaskCompletionSource().Task.WaitAsync(token); return []; } };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new UpgradeValidator(_scene.ReleasesOf(_scene.Feed), [rule]).ValidateAsync(_scene.Upgrade(), ValidationLevel.Normal, giveUp.Token).WaitAsync(soon));
    }

    [Fact]
    public async Task FeedsThatDoNotAnswerInTimeLeaveNothingToUpgradeTo()
    {
        var time = new ManualTimeProvider();
        var validating = new UpgradeValidator(new SilentFeeds(), options: new() { OpenDeadline = TimeSpan.FromMinutes(1) }, time: time).ValidateAsync(_scene.Upgrade(), ValidationLevel.Permissive, CancellationToken.None);
        await time.WaitForTimersAsync(1, soon);
        time.Advance(TimeSpan.FromMinutes(1));
        var report = await validating.WaitAsync(soon);

        Assert.Equal("The feeds did not give 'prices' 2.0.0 within 00:01:00.", report.Stopping[0].Message);
    }

    [Fact]
    public void RulesThatCannotBeAskedAreRefusedWithAllThatIsWrong()
    {
        UpgradeValidator Make(params Rule[] rules) => new(_scene.ReleasesOf(_scene.Feed), rules);

        Assert.Contains("There are 2 rules 'policy.age'. The rule 'mine' waits for 'nobody', which there is none of.", Assert.Throws<ArgumentException>(() => Make(new("policy.age"), new("mine") { After = ["nobody"] })).Message);
        Assert.Contains("Rules wait for each other: 'a', 'b'.", Assert.Throws<ArgumentException>(() => Make(new("a") { After = ["b"] }, new("b") { After = ["a"] })).Message);
    }

    private static ValueTask<IReadOnlyList<Finding>> Answer(params Finding[] findings) => new(findings);

    private sealed class Rule(string id) : IUpgradeRule
    {
        public string Id => id;

        public IReadOnlyList<string> After { get; init; } = [];

        public bool IsBinding { get; init; }

        public TimeSpan Deadline { get; init; } = soon;

        public IReadOnlyList<Finding> Answer { get; init; } = [];

        public Func<ValidationContext, CancellationToken, ValueTask<IReadOnlyList<Finding>>>? Act { get; init; }

        public ValueTask<IReadOnlyList<Finding>> CheckAsync(ValidationContext context, CancellationToken cancellationToken) => Act?.Invoke(context, cancellationToken) ?? new(Answer);
    }

    private sealed class SilentFeeds : IReleaseProvider
    {
        private readonly TaskCompletionSource _never = new();

        public async Task<ReleaseListing> BrowseAsync(CancellationToken cancellationToken)
        {
            await _never.Task;
            return new([], []);
        }

        public Task<ReleaseListing> ListAsync(string component, string packageId, CancellationToken cancellationToken) => BrowseAsync(cancellationToken);

        public async Task<ManifestLookup> ReadAsync(string component, string packageId, NuGetVersion version, CancellationToken cancellationToken)
        {
            await _never.Task;
            return new(null, []);
        }

        public async Task<ReleaseLookup> OpenAsync(string component, string packageId, NuGetVersion version, CancellationToken cancellationToken)
        {
            await _never.Task;
            return new(ReleaseAvailability.NotFound, null, null, []);
        }
    }
}
