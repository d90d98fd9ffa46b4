using Theseus.Control.Upgrades;
using Theseus.Demo.Fleet;
using Theseus.Demo.Load;
using Theseus.Demo.Report;
using Theseus.Demo.Screen;

namespace Theseus.Demo.Acts;

/// <summary>Plays an act: measures, has the control plane upgrade the fleet, measures, and says what came of it.</summary>
internal sealed class ActPlayer(IDemoFleet fleet, LoadRecording recording, DemoOptions options, IScreen screen, TimeProvider time)
{
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longestUpgrade = TimeSpan.FromMinutes(10);

    public async Task<ActReport> PlayAsync(Act act, CancellationToken cancellationToken)
    {
        screen.Measures("before");
        var before = time.GetTimestamp();
        await Task.Delay(options.Window, time, cancellationToken);

        var begun = time.GetUtcNow();
        var during = time.GetTimestamp();
        var (ended, takeover) = await UpgradeAsync(act, cancellationToken).WaitAsync(s_longestUpgrade, time, cancellationToken);

        screen.Measures("after");
        var after = time.GetTimestamp();
        await Task.Delay(options.Window, time, cancellationToken);
        var end = time.GetTimestamp();

        var swaps = await NodeSwaps.CollectAsync(fleet, act.Component, begun, time, cancellationToken);
        await AllAnsweredAsync(before, end, cancellationToken);
        var serving = (await fleet.LookAsync(act.Component, cancellationToken)).Select(node => node.Serving ?? "none").Distinct().Order(StringComparer.Ordinal).ToList();
        var report = Report(act, ended, serving, swaps, new(Summary(before, during), Summary(during, after), Summary(after, end)), recording.Between(before, end));
        return takeover is not null ? report with { Takeover = takeover.Report, AsExpected = report.AsExpected && takeover.Report is { GoneOnAfterSeconds: not null } } : report;
    }

    /// <summary>Asks for the upgrade and follows it to its end.</summary>
    private async Task<(UpgradeRecord Ended, Takeover? Takeover)> UpgradeAsync(Act act, CancellationToken cancellationToken)
    {
        var takeover = act.LosesItsDriver && fleet.CanLoseAControlPlane ? new Takeover(fleet, screen, time) : null;
        UpgradeRecord? upgrade = null;
        var told = 0;
        var request = new UpgradeRequest { Targets = [new UpgradeTarget(act.Component, act.To)], Parameters = act.Strategy(options.Window), RequestedBy = "demo", Reason = act.Name };
        await foreach (var change in fleet.UpgradeAsync(request, cancellationToken))
        {
            upgrade = change;
            foreach (var verdict in change.Verdicts.Skip(told))
            {
                screen.Step($"wave {verdict.Wave + 1} is judged: {verdict.Judgement} by '{verdict.Rule}'. {verdict.Evidence}", isEnd: false);
            }

            told = change.Verdicts.Count;
            screen.Step(Describe(change), change.HasEnded);
            await (takeover?.SeeAsync(change, cancellationToken) ?? Task.CompletedTask);
        }

        return (upgrade!, takeover);
    }

    private static string Describe(UpgradeRecord upgrade) => upgrade switch
    {
        { Plan: { } plan, State: UpgradeState.Preparing or UpgradeState.InProgress } =>
            $"wave {upgrade.Wave + 1} of {plan.Waves.Count}, {upgrade.CurrentWave.Name}: {upgrade.Phase.ToString().ToLowerInvariant()}",
        { State: UpgradeState.Confirming, Phase: WavePhase.Retiring } => "confirmed on all nodes; what is left of the release from before goes",
        _ => upgrade.State.ToString(),
    };

    private ActReport Report(Act act, UpgradeRecord ended, IReadOnlyList<string> serving, NodeSwaps swaps, LatencyPhases latencies, IReadOnlyList<RequestSample> samples)
    {
        var failed = samples.Count(sample => sample.Fault is not null);
        return new ActReport
        {
            Name = act.Name,
            Strategy = ended.Request.Parameters.Strategy.ToString(),
            Upgrade = ended.Id,
            Nodes = fleet.Addresses.Count,
            Component = act.Component,
            From = ended.Plan?.Moves[0].From.Version ?? "",
            To = act.To,
            Outcome = ended.State.ToString(),
            ExpectedOutcome = act.Expected.ToString(),
            AsExpected = ended.State == act.Expected && ended.Plan?.Moves[0].From.Version == act.From && serving is [var only] && only == act.Serves && swaps.AreGone && failed == 0,
            Detail = ended.Detail,
            Verdicts = [.. ended.Verdicts.Select(one => new VerdictReport(one.Wave + 1, one.Judgement.ToString(), one.Rule, one.Evidence))],
            ServesNow = string.Join(", ", serving),
            Requests = samples.Count,
            FailedCalls = failed,
            ShieldedCalls = swaps.ShieldedCalls,
            CriticalSectionMs = Milliseconds(swaps.CriticalSection),
            StateBytes = swaps.StateBytes,
            LatencyMs = latencies,
            DrainMs = swaps.Drain is { } drain ? Milliseconds(drain) : null,
            UnloadMs = swaps.Unload is { } unload ? Milliseconds(unload) : null,
            OldGenerationGone = swaps.AreGone,
            Retirement = swaps.Retirement,
            Steps = swaps.Steps,
        };
    }

    // The last requests of the span may be on their way.
    private async Task AllAnsweredAsync(long from, long to, CancellationToken cancellationToken)
    {
        var expected = (long)(time.GetElapsedTime(from, to).TotalSeconds * options.Rate) - 1;
        var start = time.GetTimestamp();
        while (recording.Between(from, to).Count < expected && time.GetElapsedTime(start) < s_settling)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    private LatencySummary Summary(long from, long to) => LatencySummary.Of(recording.Between(from, to).Select(sample => sample.Latency));

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 4);
}
