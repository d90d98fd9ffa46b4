using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Runtime.Memory;
using Theseus.Runtime.State;
using Theseus.Runtime.Swapping;
using Theseus.Runtime.Tests.Loading;
using Theseus.Runtime.Tests.State;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Swapping;

/// <summary>A swap keeps its state on disk without waiting for ever, for others, or at the cost of what was kept before.</summary>
public sealed class SnapshotKeepingLaws : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-states-").FullName;
    private readonly ManualTimeProvider _time = new();
    private readonly SnapshotFolder _states;

    public SnapshotKeepingLaws() => _states = new(_folder, new MemoryFiles(), NullLogger.Instance);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Files => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);

    private SnapshotKeeping Keeping(string component, string id, int most = 1) => new(
        new SlotSetup
        {
            Component = component,
            Contract = typeof(object),
            Time = _time,
            Logger = NullLogger.Instance,
            Loading = LoadingMode.Collectible,
            Snapshots = _states,
            FaultsOfAsync = static (_, _) => Task.FromResult<string?>(null),
            SurroundingsFor = static (_, _, _) => new Surroundings().ToComponent(),
        },
        new ReleaseRef("1.0.0", "d"),
        new SwapOptions { State = new() { KeptSnapshots = most } },
        id);

    private static StateSnapshot State(params IReadOnlyList<StateBytes> changes)
    {
        var bytes = new StateBytes(1 << 20);
        bytes.Append(new byte[100]);
        bytes.Close();
        return new(1, bytes, changes);
    }

    [Fact]
    public async Task AWriteThatHangsForOneComponentHoldsUpNoOther()
    {
        using var letGo = new ManualResetEventSlim();
        var slow = Keeping("slow", "first");
        slow.Begin(State(new SlowBytes(() => letGo.Wait(Surroundings.Patience))));

        var takenBack = Keeping("quick", "first");
        takenBack.Begin(State());
        await takenBack.UndoAsync().WaitAsync(Surroundings.Patience);
        var confirmed = Keeping("quick", "second");
        confirmed.Begin(State());
        Assert.Null(await confirmed.EndAsync().WaitAsync(Surroundings.Patience));
        await confirmed.TrimAsync().WaitAsync(Surroundings.Patience);

        Assert.Equal(["second"], _states.Of("quick").Select(one => one.Name));
        Assert.False(slow.IsOver);
        letGo.Set();
        Assert.Null(await slow.EndAsync().WaitAsync(Surroundings.Patience));
        Assert.Equal(["first"], _states.Of("slow").Select(one => one.Name));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NobodyWaitsForAWriteThatHangsLongerThanItsDeadlineAndItLeavesNothing(bool isTakenBack)
    {
        using var letGo = new ManualResetEventSlim();
        using var hangs = new ManualResetEventSlim();
        var slow = Keeping("slow", "first");
        slow.Begin(State(new SlowBytes(() =>
        {
            hangs.Set();
            letGo.Wait(Surroundings.Patience);
        })));
        // One that is taken back before it has begun does not hang at all.
        Assert.True(hangs.Wait(Surroundings.Patience));

        Task end = isTakenBack ? slow.UndoAsync() : slow.EndAsync();
        await _time.WaitForTimersAsync(1, Surroundings.Patience);
        Assert.False(end.IsCompleted);
        _time.Advance(new StateOptions().RestoreTimeout);
        await end.WaitAsync(Surroundings.Patience);

        Assert.False(slow.IsOver);
        letGo.Set();
        Assert.True(SpinWait.SpinUntil(() => slow.IsOver, Surroundings.Patience));
        Assert.Empty(_states.Of("slow"));
        Assert.Empty(Files);
    }

    [Theory]
    [InlineData("last")]
    [InlineData("next")]
    public async Task ASwapThatIsTakenBackLeavesTheStateThatWasKeptBefore(string name)
    {
        var last = Keeping("limiter", "last");
        last.Begin(State());
        await last.EndAsync();
        await last.TrimAsync();
        var files = Files;

        var next = Keeping("limiter", name);
        next.Begin(State());
        await next.EndAsync();
        await next.UndoAsync();

        Assert.Equal(["last"], _states.Of("limiter").Select(one => one.Name));
        Assert.Equal(files, Files);
    }
}
