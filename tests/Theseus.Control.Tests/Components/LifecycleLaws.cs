using FsCheck;
using FsCheck.Fluent;

namespace Theseus.Control.Tests.Components;

public sealed class LifecycleLaws
{
    private static readonly ComponentLifecycle[] states = Enum.GetValues<ComponentLifecycle>();

    public static TheoryData<ComponentLifecycle> States => [.. states];

    [Theory]
    [MemberData(nameof(States))]
    public void EveryStateCanBeReachedAndHasAWayBackToServing(ComponentLifecycle state)
    {
        Assert.Contains(state, Reach(ComponentLifecycle.Registered));
        Assert.Contains(ComponentLifecycle.Active, Reach(state));
    }

    [Fact]
    public void AComponentThatIsMovedCannotBeRemoved()
    {
        Assert.False(LifecycleTable.IsAllowed(ComponentLifecycle.Upgrading, ComponentLifecycle.Retired));
        Assert.False(LifecycleTable.IsAllowed(ComponentLifecycle.RollingBack, ComponentLifecycle.Retired));
    }

    [Fact]
    public void NoOrderOfMovesLeavesTheTableAndTheHistoryIsOneChain() => Prop.ForAll(
        Arb.From(Gen.Elements(states).ListOf(30)),
        moves => RunAsync(moves).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static async Task RunAsync(IEnumerable<ComponentLifecycle> moves)
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));
        var (minor, saved) = (0, 1);
        foreach (var to in moves)
        {
            var before = registry.Find("prices");
            var result = await registry.MoveAsync("prices", new(to, "Random.") { Version = new(1, minor++, 0) }, CancellationToken.None);
            var expected = before is not null && LifecycleTable.IsAllowed(before.Lifecycle, to);
            if (result.Outcome != RegistryOutcome.Unchanged)
                Assert.Equal(expected, result.Outcome == RegistryOutcome.Saved);
            saved += result.Outcome == RegistryOutcome.Saved ? 1 : 0;
        }

        var history = await registry.ReadHistoryAsync("prices", 100, CancellationToken.None);
        Assert.Equal(saved, history.Count);
        foreach (var (later, earlier) in history.Zip(history.Skip(1)))
        {
            Assert.Equal((earlier.To, earlier.ToVersion, earlier.Revision + 1), (later.From!.Value, later.FromVersion, later.Revision));
            Assert.True(LifecycleTable.IsAllowed(later.From!.Value, later.To));
        }
    }

    private static HashSet<ComponentLifecycle> Reach(ComponentLifecycle from)
    {
        var found = new HashSet<ComponentLifecycle> { from };
        while (found.SelectMany(LifecycleTable.After).Where(next => !found.Contains(next)).Distinct().ToList() is { Count: > 0 } more)
            found.UnionWith(more);
        return found;
    }
}
