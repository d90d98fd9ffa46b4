using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Theseus.Calls;

/// <summary>Whatever threads enter, leave and swap in whatever order: the counts are those of a plain list of who is inside.</summary>
public sealed class LeaseCountsProperty : IDisposable
{
    private const int Methods = 3;
    private const int Threads = 3;
    private readonly Workers _workers = new(Threads);

    public void Dispose() => _workers.Dispose();

    [Fact]
    public void CountsAreExactAndADrainIsCompleteExactlyWhenNobodyIsInside()
    {
        var step = from thread in Gen.Choose(0, Threads - 1) from kind in Gen.Choose(0, 9) from choice in Gen.Choose(0, 1_000) select (thread, kind, choice);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(60),
            Prop.ForAll(step.ListOf().Select(list => list.ToArray()).ToArbitrary(), Run));
    }

    private void Run((int Thread, int Kind, int Choice)[] steps)
    {
        var generations = new List<Generation> { new() };
        var slot = new TestSlot(generations[0].Leases);
        var inside = new List<(CallLease Lease, int Method, Generation Generation)>();
        foreach (var (thread, kind, choice) in steps)
        {
            var current = generations[^1];
            switch (kind)
            {
                case < 5:
                    var method = choice % Methods;
                    inside.Add((_workers.Run(thread, () => slot.Enter(method)), method, current));
                    current.Admitted++;
                    break;
                case < 9 when inside.Count > 0:
                    var leaves = inside[choice % inside.Count];
                    inside.Remove(leaves);
                    _workers.Run(thread, () => leaves.Lease.Exit(leaves.Method));
                    break;
                case 9 when choice % 3 == 0 && generations.Count > 1:
                    // Back to the generation before, which may have drained or not.
                    var back = generations[^2];
                    back.Leases.StopDraining();
                    generations.Remove(back);
                    generations.Add(back);
                    slot.Publish(back.Leases);
                    current.Drain = current.Leases.DrainAsync();
                    back.Drain = null;
                    break;
                case 9:
                    var next = new Generation();
                    generations.Add(next);
                    slot.Publish(next.Leases);
                    current.Drain = current.Leases.DrainAsync();
                    break;
            }

            foreach (var generation in generations)
            {
                var here = inside.Where(call => call.Generation == generation).ToList();
                Assert.Equal(generation.Admitted, generation.Leases.Admitted);
                Assert.Equal(here.Count, generation.Leases.InFlight);
                Assert.Equal(
                    here.GroupBy(call => call.Method).OrderBy(calls => calls.Key).Select(calls => (calls.Key, calls.LongCount())),
                    generation.Leases.InFlightByMethod());
                if (generation.Drain is { } drain)
                {
                    Assert.Equal(here.Count == 0, drain.IsCompletedSuccessfully);
                }
            }
        }
    }

    private sealed class Generation
    {
        public GenerationLeases Leases { get; } = new(new object(), Methods);

        public long Admitted { get; set; }

        public Task? Drain { get; set; }
    }
}
