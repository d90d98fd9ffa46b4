using System.Globalization;
using Relay;
using Theseus.LoadBench.LostCalls;
using Theseus.Samples;

namespace Theseus.LoadBench.CriticalSection;

/// <summary>Components without state, and with state that is passed on as it is.</summary>
internal static class SharedStates
{
    private const int RetiringAtOnce = 8;

    private static readonly string[] s_versions = ["1.0.0", "2.0.0"];

    public static async Task<Held> WithoutStateAsync(BenchRun run)
    {
        await using var host = await BenchHost.StartAsync(theseus => theseus.AddComponent<IRelay>("relay", BenchHost.From("1.0.0")));
        return await MeasureAsync(
            run, host, "relay", "no state", RelayCallers.Start(host.Get<IRelay>("relay"), version => s_versions.Contains(version)), () => 0);
    }

    public static async Task<Held> RunAsync(BenchRun run, int entries)
    {
        var table = new SessionTable();
        for (var i = 0; i < entries; i++)
        {
            table.Add(Session(i));
        }

        await using var host = await BenchHost.StartAsync(theseus => theseus.AddComponent<ISessionCounter>("sessions", options =>
        {
            BenchHost.From("1.0.0")(options);
            options.SharedState = _ => table;
        }));
        var sessions = host.Get<ISessionCounter>();
        var callers = new Callers().Add(Environment.ProcessorCount, number =>
        {
            var random = new Random(number);
            return () => sessions.Visit(Session(random.Next(entries))) > 1;
        });
        return await MeasureAsync(
            run, host, "sessions", $"shared state of {entries.ToString("N0", CultureInfo.InvariantCulture)} {(entries == 1 ? "entry" : "entries")}", callers,
            () => Math.Abs(entries + callers.Answered - sessions.TotalVisits()));
    }

    private static async Task<Held> MeasureAsync(BenchRun run, BenchHost host, string component, string what, Callers callers, Func<long> lost)
    {
        var options = BenchHost.WithoutTrial with { WarmUp = new() { Rounds = 2 } };
        await using (callers)
        {
            // The first few pay for compiling the swap itself.
            await Held.SwapToAndFroAsync(run, host, component, s_versions, run.Count(5, 2), options, run.Time(30, 10), RetiringAtOnce);
            var results = await Held.SwapToAndFroAsync(run, host, component, s_versions, run.Count(200, 10), options, run.Time(100, 20), RetiringAtOnce);
            await callers.DisposeAsync();
            return new Held(
                what, new Quantiles(results.Select(one => one.CriticalSection.TotalMilliseconds)), 0, callers.Answered, callers.Started - callers.Answered + lost());
        }
    }

    private static string Session(int number) => string.Create(CultureInfo.InvariantCulture, $"session {number}");
}
