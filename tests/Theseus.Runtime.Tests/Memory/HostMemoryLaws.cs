using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Runtime.Memory;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Memory;

public sealed class HostMemoryLaws : IDisposable
{
    private const string Component = "markdown";

    private static readonly ReleaseRef s_one = new("1.0.0", new string('1', 64));
    private static readonly ReleaseRef s_two = new("2.0.0", new string('2', 64));
    private static readonly ReleaseRef s_three = new("3.0.0", new string('3', 64));

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task WhatIsRememberedIsThereAfterARestart()
    {
        var swap = Swap("swap-1", s_one, s_two) with
        {
            Steps = [new("Load", TimeSpan.FromMilliseconds(3.5))],
            CriticalSection = TimeSpan.FromTicks(12345),
            StateBytes = 77,
            LostState = "nothing much",
        };
        var ended = swap with
        {
            Step = "Confirm",
            Outcome = "Completed",
            EndedAt = _clock.GetUtcNow() + TimeSpan.FromSeconds(1),
            Serves = s_two,
            Retired = new(1, TimeSpan.FromSeconds(1), null, null, ["a running thread"]),
        };
        using (var memory = Open())
        {
            await memory.ConfirmAsync(Component, s_one, default);
            await memory.BeginSwapAsync(swap, default);
            await memory.ConfirmAsync(Component, s_two, default);
            await memory.EndSwapAsync(ended, default);
        }

        using var again = Open();
        Assert.Equal(new ComponentMemory(Component, s_two, s_one, null), again.Get(Component));
        var read = Assert.Single(again.ReadHistory(Component, 10));
        Assert.Equivalent(ended, read, strict: true);
        Assert.Equal(ended.CriticalSection, read.CriticalSection);
        Assert.Equal(ended.StartedAt, read.StartedAt);
    }

    [Fact]
    public void OfAnUnknownComponentNothingIsRemembered()
    {
        using var memory = Open();
        Assert.Equal(new ComponentMemory("unheard-of", null, null, null), memory.Get("unheard-of"));
        Assert.Empty(memory.ReadHistory("unheard-of", 10));
    }

    public static TheoryData<double> Shares => [0, 0.01, 0.5, 0.99, 1];

    [Theory]
    [MemberData(nameof(Shares))]
    public async Task AHostKilledAtAnyWriteServesTheConfirmedReleaseAndSaysSo(double share)
    {
        var crashes = 0;
        for (var step = 0; ; step++)
        {
            using var folder = new TemporaryFolder();
            var files = new CrashingFiles(step, share);
            var done = new List<string>();
            try
            {
                using var memory = HostMemory.Open(folder.Path, _clock, NullLogger.Instance, files);
                await LiveAsync(memory, done);
                Assert.NotEqual(0, crashes);
                return;
            }
            catch (KilledException)
            {
                crashes++;
            }

            AssertExplained(folder.Path, done, $"killed at step {step}");
            // Once told, it is not told again.
            AssertExplained(folder.Path, done, $"killed at step {step}, started a second time");
        }
    }

    [Theory]
    [MemberData(nameof(Shares))]
    public async Task AHostKilledAgainWhileItClosesAnInterruptedSwapClosesItTheNextTime(double share)
    {
        for (var step = 0; ; step++)
        {
            using var folder = new TemporaryFolder();
            using (var memory = HostMemory.Open(folder.Path, _clock, NullLogger.Instance, new CrashingFiles(int.MaxValue, 1)))
            {
                await memory.ConfirmAsync(Component, s_one, default);
                await memory.BeginSwapAsync(Swap("swap", s_one, s_two), default);
                await memory.StepAsync(Component, "Observe", default);
            }

            var files = new CrashingFiles(step, share);
            var finished = false;
            try
            {
                HostMemory.Open(folder.Path, _clock, NullLogger.Instance, files).Dispose();
                finished = true;
            }
            catch (KilledException)
            {
            }

            using var again = HostMemory.Open(folder.Path, _clock, NullLogger.Instance);
            var record = Assert.Single(again.ReadHistory(Component, 10));
            Assert.Equal((SwapRecord.Interrupted, "Observe", s_one), (record.Outcome, record.Step, record.Serves));
            Assert.Equal(new(Component, s_one, null, null), again.Get(Component));
            if (finished)
            {
                Assert.True(step > 2, "Closing is more than one write.");
                return;
            }
        }
    }

    [Fact]
    public async Task ASwapThatWasUnderWayIsClosedWithItsStepAndWhatServes()
    {
        using (var memory = Open())
        {
            await memory.ConfirmAsync(Component, s_one, default);
            await memory.BeginSwapAsync(Swap("swap", s_one, s_two), default);
            await memory.StepAsync(Component, "Publish", default);
        }

        _clock.Advance(TimeSpan.FromHours(1));
        var log = new RecordingLogger();
        using var again = HostMemory.Open(_folder.Path, _clock, log);

        var record = Assert.Single(again.ReadHistory(Component, 10));
        Assert.Equal("The host ended while the swap was at step 'Publish'. 1.0.0 serves, since it is the confirmed release and 2.0.0 was not confirmed.", record.Detail);
        Assert.Equal((SwapRecord.Interrupted, s_one, _clock.GetUtcNow()), (record.Outcome, record.Serves, record.EndedAt));
        Assert.Contains("swap", Assert.Single(log.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderServesOneHost()
    {
        using (Open())
        {
            var refused = Assert.Throws<HostMemoryException>(Open);
            Assert.Equal(_folder.Path, refused.Path);
            Assert.Contains("folder of its own", refused.Message, StringComparison.Ordinal);
        }

        Open().Dispose();
    }

    public static TheoryData<string> Damages => ["", "{", "null", "{}", "{\"format\":1}", "{\"format\":99}", "\0\0\0\0"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task ADamagedFileIsReplacedByItsCopyWithAWarning(string content)
    {
        using (var memory = Open())
        {
            await memory.ConfirmAsync(Component, s_one, default);
            await memory.ConfirmAsync(Component, s_two, default);
        }

        await File.WriteAllTextAsync(_folder.Component(Component), content);
        var log = new RecordingLogger();
        using (var again = HostMemory.Open(_folder.Path, _clock, log))
        {
            Assert.Equal(new(Component, s_two, s_one, null), again.Get(Component));
            Assert.Contains(_folder.Component(Component), Assert.Single(log.Messages), StringComparison.Ordinal);
            await again.ConfirmAsync(Component, s_three, default);
        }

        using var mended = Open();
        Assert.Equal(new(Component, s_three, s_two, null), mended.Get(Component));
    }

    [Fact]
    public async Task AChangedByteIsNoticed()
    {
        using (var memory = Open())
        {
            await memory.ConfirmAsync(Component, s_one, default);
        }

        var path = _folder.Component(Component);
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path)).Replace("1.0.0", "1.0.1", StringComparison.Ordinal));

        using var again = Open();
        Assert.Equal(s_one, again.Get(Component).Confirmed);
    }

    [Fact]
    public async Task OneComponentsDamageIsNamedAndDoesNotBarTheOthers()
    {
        using (var memory = Open())
        {
            await memory.ConfirmAsync(Component, s_one, default);
            await memory.ConfirmAsync("script", s_two, default);
        }

        await File.WriteAllTextAsync(_folder.Component(Component), "?");
        await File.WriteAllTextAsync(_folder.Component(Component) + ".bak", "?");

        using var again = Open();
        Assert.Equal(s_two, again.Get("script").Confirmed);
        var fault = Assert.Throws<HostMemoryException>(() => again.Get(Component));
        Assert.Equal(_folder.Component(Component), fault.Path);
        await Assert.ThrowsAsync<HostMemoryException>(() => again.ConfirmAsync(Component, s_two, default));
    }

    [Fact]
    public async Task ATornLastLineIsCutOffAndTheRestIsRead()
    {
        using (var memory = Open())
        {
            await memory.BeginSwapAsync(Swap("swap", s_one, s_two), default);
            await memory.EndSwapAsync(Swap("swap", s_one, s_two) with { Outcome = "Completed" }, default);
        }

        await File.AppendAllTextAsync(_folder.History(Component), "{\"id\":\"half");

        using var again = Open();
        Assert.Equal("Completed", Assert.Single(again.ReadHistory(Component, 10)).Outcome);
        await again.EndSwapAsync(Swap("next", s_two, s_three) with { Outcome = "Failed" }, default);
        Assert.Equal(["next", "swap"], again.ReadHistory(Component, 10).Select(static record => record.Id));
    }

    [Fact]
    public void TheHistoryIsBoundedAndKeepsTheNewest()
    {
        var history = new SwapHistory(_folder.Path, Component, new MemoryFiles(), maximumLines: 10);
        for (var swap = 0; swap < 95; swap++)
        {
            history.Append(Swap($"swap-{swap}", s_one, s_two));
        }

        var ids = history.Read().Select(static record => record.Id).ToList();
        Assert.InRange(ids.Count, 10, 20);
        Assert.Equal(Enumerable.Range(95 - ids.Count, ids.Count).Select(static swap => $"swap-{swap}"), ids);
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void TheHistoryIsBoundedInBytesToo()
    {
        var history = new SwapHistory(_folder.Path, Component, new MemoryFiles(), maximumBytes: 5000);
        for (var swap = 0; swap < 100; swap++)
        {
            history.Append(Swap($"swap-{swap}", s_one, s_two) with { Detail = new string('x', 500) });
        }

        Assert.All(Directory.GetFiles(_folder.Path), static file => Assert.InRange(new FileInfo(file).Length, 1, 5000));
        Assert.Equal("swap-99", history.Read()[^1].Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../escape")]
    [InlineData("a/b")]
    [InlineData("UPPER")]
    public async Task WhatIsNotAComponentsNameBecomesNoFile(string name)
    {
        using var memory = Open();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => memory.ConfirmAsync(name, s_one, default));
    }

    public void Dispose() => _folder.Dispose();

    private HostMemory Open() => HostMemory.Open(_folder.Path, _clock, NullLogger.Instance);

    private SwapRecord Swap(string id, ReleaseRef? from, ReleaseRef to) =>
        new() { Id = id, Component = Component, From = from, To = to, StartedAt = _clock.GetUtcNow(), Step = "Load" };

    /// <summary>A first release, an upgrade that is confirmed, and one that fails. Notes what was promised to be on the disk.</summary>
    private async Task LiveAsync(HostMemory memory, List<string> done)
    {
        await SwapAsync(null, s_one, good: true);
        await SwapAsync(s_one, s_two, good: true);
        await SwapAsync(s_two, s_three, good: false);

        async Task SwapAsync(ReleaseRef? from, ReleaseRef to, bool good)
        {
            var record = Swap($"to-{to}", from, to);
            done.Add($"begin {to}");
            await memory.BeginSwapAsync(record, default);
            done.Add($"begun {to}");
            await memory.StepAsync(Component, "Observe", default);
            if (good)
            {
                done.Add($"confirm {to}");
                await memory.ConfirmAsync(Component, to, default);
                done.Add($"confirmed {to}");
            }

            await memory.EndSwapAsync(record with { Outcome = good ? "Completed" : "RolledBack" }, default);
            done.Add($"ended {to}");
        }
    }

    private void AssertExplained(string folder, List<string> done, string when)
    {
        using var memory = HostMemory.Open(folder, _clock, NullLogger.Instance);
        var remembered = memory.Get(Component);
        var promised = done.LastOrDefault(static line => line.StartsWith("confirmed", StringComparison.Ordinal))?.Split(' ')[1];
        var attempted = done.LastOrDefault(static line => line.StartsWith("confirm ", StringComparison.Ordinal))?.Split(' ')[1];
        Assert.True(remembered.Confirmed?.Version == promised || remembered.Confirmed?.Version == attempted, $"{when}: {remembered.Confirmed} serves, promised was {promised}, attempted {attempted}");
        Assert.Null(remembered.Pending);

        var records = memory.ReadHistory(Component, 10);
        foreach (var line in done.Where(static line => line.StartsWith("begun", StringComparison.Ordinal)))
        {
            var release = line.Split(' ')[1];
            var record = Assert.Single(records, record => record.To.Version == release);
            Assert.True(record.Outcome is not null, $"{when}: the swap to {release} has no end on record");
            if (done.Contains($"ended {release}"))
            {
                Assert.NotEqual(SwapRecord.Interrupted, record.Outcome);
            }
            else if (record.Outcome is SwapRecord.Interrupted)
            {
                Assert.Equal(remembered.Confirmed, record.Serves);
                Assert.Contains(remembered.Confirmed is null ? "No release serves" : $"{remembered.Confirmed} serves", record.Detail, StringComparison.Ordinal);
            }
        }
    }

    private sealed class RecordingLogger : ILogger
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.True(logLevel >= LogLevel.Warning, "What is wrong with the memory is a warning at least.");
            Messages.Add(formatter(state, exception));
        }
    }
}
