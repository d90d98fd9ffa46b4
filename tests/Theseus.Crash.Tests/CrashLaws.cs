using CrashPlane;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;
using Theseus.Storage.Sqlite;

namespace Theseus.Crash.Tests;

/// <summary>
/// An upgrade's durable steps are found by letting it run; then it is killed before and after each of them, begun again, and
/// has to end as if nothing had happened. The managers, their loops, the registry and what follows it, the nodes' agents, the
/// stores and the channel are the product's, on their own threads; only the hosts have no code in them. What is durable is
/// watched as a whole: a write that is no step is a problem in every run.
/// </summary>
/// <remarks>
/// Every step of every course is killed within this process: nothing of the old objects is used, and the database file is
/// opened anew while the old connection, never closed, still has it. A process that is really killed takes a hundred times
/// as long; so that is done for one course of each strategy, at each step once, before the one and after the next. With
/// THESEUS_KILLS=all it is done for every course, before and after each step.
/// </remarks>
public sealed class CrashLaws
{
    private static readonly bool s_killsAll = Environment.GetEnvironmentVariable("THESEUS_KILLS") == "all";

    // What is done after an upgrade's end, and beside it, does not depend on how it was made.
    private static readonly CourseKind[] s_anyStrategy = [CourseKind.TakenBack, CourseKind.Irreversible, CourseKind.EmergencyAfterwards, CourseKind.Token];

    public static TheoryData<UpgradeStrategy, string> Courses =>
    [
        .. from strategy in Enum.GetValues<UpgradeStrategy>()
           from kind in Enum.GetValues<CourseKind>()
           where strategy == UpgradeStrategy.Immediate || !s_anyStrategy.Contains(kind)
           select (strategy, $"{kind}"),
    ];

    [Theory]
    [MemberData(nameof(Courses))]
    public Task KilledAtAnyStepAnUpgradeEndsAsIfItHadNotBeen(UpgradeStrategy strategy, string kind) =>
        KillAtEachStepAsync(new Course(strategy, Enum.Parse<CourseKind>(kind)), Whom.All);

    [Theory]
    [MemberData(nameof(Courses))]
    public Task WhenOneProcessIsKilledAtAnyStepAmongOthersThatLiveAnUpgradeEndsAsIfItHadNotBeen(UpgradeStrategy strategy, string kind) =>
        KillAtEachStepAsync(new Course(strategy, Enum.Parse<CourseKind>(kind)), Whom.WhoeverTakesTheStep);

    public static TheoryData<UpgradeStrategy, string> ReallyKilled => s_killsAll
        ? Courses
        :
        [
            (UpgradeStrategy.Immediate, nameof(CourseKind.LineStopped)),
            (UpgradeStrategy.Rolling, nameof(CourseKind.RolledBack)),
            (UpgradeStrategy.BlueGreen, nameof(CourseKind.Success)),
            (UpgradeStrategy.Canary, nameof(CourseKind.BadOnTrial)),
            (UpgradeStrategy.Gradual, nameof(CourseKind.NotReady)),
            (UpgradeStrategy.Immediate, nameof(CourseKind.Irreversible)),
        ];

    [Theory]
    [MemberData(nameof(ReallyKilled))]
    public async Task AProcessThatIsReallyKilledAtAnyStepLeavesAnUpgradeThatEndsAsIfItHadNotBeen(UpgradeStrategy strategy, string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGKILL on Windows.");
        var course = new Course(strategy, Enum.Parse<CourseKind>(kind));
        var (ends, steps) = await WholeAsync(course);

        // Two at a time, on the two cores that there are at least.
        var kills = Kills(steps, Whom.All).Where((_, i) => s_killsAll || i % 4 is 0 or 3).ToArray();
        await Task.WhenAll(kills.Chunk((kills.Length + 1) / 2).Select(some => RealKills.DoEachAsync(course, some, ends)));
    }

    /// <summary>The frozen control: with a store that tells of a change as stored before it is, the law breaks, so it does test that.</summary>
    [Fact]
    public async Task AStoreThatIsBelievedTooEarlyIsFoundOut()
    {
        var course = new Course(UpgradeStrategy.Immediate, CourseKind.RolledBack);
        var (ends, steps) = await WholeAsync(course);

        var problems = new List<string>();
        foreach (var kill in Kills(steps, Whom.All).Where(kill => !kill.IsAfter))
        {
            problems.AddRange(await KillAndGoOnAsync(course, kill, ends, store => new EarlyStore(store)));
        }

        Assert.Contains(problems, problem => problem.StartsWith($"It ended as {UpgradeState.Completed}", StringComparison.Ordinal));
    }

    /// <summary>The same for the numbering: what is written beside the steps is seen, whoever wrote it, so that none can be left out.</summary>
    [Theory]
    [InlineData("database")]
    [InlineData("file")]
    public async Task ADurableWriteThatIsNoStepIsFoundOut(string where)
    {
        using var folder = new Folder();
        await using var plane = new Plane(folder.Path, new Course(UpgradeStrategy.Immediate, CourseKind.Success), new Steps());
        if (where == "database")
        {
            using var database = SqliteDatabase.Open(ControlProcess.DatabaseIn(folder.Path));
            var token = new AccessToken { Id = "other", Name = "other", Role = AccessRole.Viewer, SecretHash = "", CreatedAt = DateTimeOffset.UnixEpoch };
            await new SqliteTokenStore(database).AddAsync(token, null, new AuditEntry(token.CreatedAt, "other", "token other", "", "valid", ""), default);
        }
        else
        {
            await File.WriteAllTextAsync(Path.Combine(folder.Path, "other"), "other");
        }

        await plane.RunAsync();
        Assert.Contains(plane.Problems, problem => problem.EndsWith("that is no step.", StringComparison.Ordinal));
    }

    private static async Task KillAtEachStepAsync(Course course, Whom whom)
    {
        var (ends, steps) = await WholeAsync(course);
        await Parallel.ForEachAsync(Kills(steps, whom), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (kill, _) =>
        {
            var problems = await KillAndGoOnAsync(course, kill, ends);
            Assert.True(problems.Count == 0, $"{kill}: {string.Join(" ", problems)}");
        });
    }

    private static Kill[] Kills(IReadOnlyList<string> steps, Whom whom) => [.. from step in steps from after in (bool[])[false, true] select new Kill(step, after, whom)];

    /// <summary>The course without any kill: its end and its steps.</summary>
    private static async Task<(IReadOnlyList<UpgradeState> Ends, IReadOnlyList<string> Steps)> WholeAsync(Course course)
    {
        using var folder = new Folder();
        var steps = new Steps();
        await using var plane = new Plane(folder.Path, course, steps);
        await plane.RunAsync();
        UpgradeState[] ends = [.. (await Ends.ReadAsync(folder.Path)).Select(one => one.State)];
        Assert.Contains(ends[0], Ends.Of(course.Kind));
        Assert.Equal(course.HasSecond ? [UpgradeState.Completed] : [], ends[1..]);
        Assert.Empty(await Ends.ProblemsAsync(folder.Path, course, ends));
        Assert.Empty(plane.Problems);
        Assert.InRange(steps.Done.Count, Ends.FewestSteps(course.Kind), 1_000);
        return (ends, steps.Done);
    }

    private static async Task<IReadOnlyList<string>> KillAndGoOnAsync(Course course, Kill kill, IReadOnlyList<UpgradeState> ends, Func<IUpgradeStore, IUpgradeStore>? broken = null)
    {
        using var folder = new Folder();
        var steps = new Steps(kill);
        await using var killed = new Plane(folder.Path, course, steps, broken);
        await killed.RunAsync();
        Assert.True(steps.HasKilled, $"There was no step '{kill.Step}'.");
        if (steps.KillsOne)
        {
            return [.. killed.Problems, .. await Ends.ProblemsAsync(folder.Path, course, ends)];
        }

        await using var next = new Plane(folder.Path, course, new Steps());
        await next.RunAsync();
        return [.. next.Problems, .. await Ends.ProblemsAsync(folder.Path, course, ends)];
    }
}
