using Theseus.Demo.Fleet;
using Theseus.Demo.Load;
using Theseus.Demo.Report;
using Theseus.Demo.Screen;

namespace Theseus.Demo.Acts;

/// <summary>One run of all acts, on a fleet of its own, under one load that never pauses.</summary>
internal sealed class DemoRun(DemoOptions options, IScreen screen, TimeProvider time)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    public async Task<DemoReport> RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = time.GetUtcNow();
        var start = time.GetTimestamp();
        screen.FleetStarts(options.OverProcesses ? ProcessFleet.What : DemoFleet.What);
        await using IDemoFleet fleet = options.OverProcesses
            ? await ProcessFleet.StartAsync(options.Releases, time, cancellationToken)
            : await DemoFleet.StartAsync(options.Releases, time, cancellationToken);
        using var requests = new DemoRequests(fleet.Addresses, Documents());
        var recording = new LoadRecording();
        var load = new OpenLoopLoad(requests.SendAsync, options.Rate, time, recording);
        foreach (var part in fleet.Parts)
        {
            screen.PartRuns(part);
        }

        screen.ServiceStarted(fleet.Addresses, options.Rate);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = load.RunAsync(stop.Token, s_patience);
        var acts = new List<ActReport>();
        try
        {
            using var watch = new LoadWatch(recording, load, screen, time);
            // The service's own first requests pay for the compilation of ASP.NET Core; they belong to no act.
            await Task.Delay(options.Window, time, cancellationToken);
            var player = new ActPlayer(fleet, recording, options, screen, time);
            for (var i = 0; i < Act.All.Count; i++)
            {
                screen.ActBegins(i + 1, Act.All[i]);
                var report = await player.PlayAsync(Act.All[i], cancellationToken);
                acts.Add(report);
                screen.ActEnded(report);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await sending;
        }

        CompareCounts(acts, requests, await fleet.ReadGrantedAsync(cancellationToken));
        return DemoReport.Of(options.Rate, startedAt, time.GetElapsedTime(start), recording, acts);
    }

    // When every answer has been read: a permit that is on its way is counted on one side only.
    private static void CompareCounts(List<ActReport> acts, DemoRequests requests, IReadOnlyDictionary<string, long> granted)
    {
        for (var i = 0; i < acts.Count; i++)
        {
            if (Act.All[i].ComparesCounts)
            {
                var counts = CountsReport.Compare(requests.Granted, granted);
                acts[i] = acts[i] with
                {
                    Counts = counts,
                    AsExpected = acts[i].AsExpected && counts.AreIntact,
                    Detail = counts.AreIntact ? acts[i].Detail : $"{acts[i].Detail} The counts differ for {counts.ClientsThatDiffer} clients.".Trim(),
                };
            }
        }
    }

    private static IEnumerable<(string Name, string Markdown)> Documents() => Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "documents"), "*.md")
        .Order(StringComparer.Ordinal)
        .Select(file => (Path.GetFileName(file), File.ReadAllText(file)));
}
