using System.Diagnostics;
using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>Tells of each stage of an upgrade that is over, as a span of its trace.</summary>
internal static class UpgradeSpans
{
    /// <summary>Tells of the stage that a change has ended; null if it has ended none, or nobody listens. What is logged until it is disposed of is logged in its span.</summary>
    /// <param name="from">The record before.</param>
    /// <param name="to">The record after.</param>
    /// <param name="why">Why it changed, in words.</param>
    /// <param name="now">When.</param>
    public static Activity? Tell(UpgradeRecord from, UpgradeRecord to, string why, DateTimeOffset now)
    {
        if ((from.State, from.Phase, from.Wave) == (to.State, to.Phase, to.Wave)
            || UpgradeTraces.Tell($"theseus.upgrade.{Name(from)}", from.Trace, from.Id, from.Since, now) is not { } span)
        {
            return null;
        }

        if (from is { State: UpgradeState.InProgress, Plan: not null })
        {
            span.SetTag("theseus.wave", from.Wave + 1);
            span.SetTag("theseus.wave.name", from.CurrentWave.Name);
        }

        span.SetTag("theseus.next", to.State.ToString());
        if (!ReferenceEquals(from.Verdicts, to.Verdicts) && to.Verdicts is [.., var verdict])
        {
            span.SetTag("theseus.verdict", verdict.Judgement.ToString());
            span.SetTag("theseus.verdict.rule", verdict.Rule);
        }

        if (to.State is UpgradeState.Failed or UpgradeState.RollbackFailed || (to.State == UpgradeState.RollingBack && from.State != UpgradeState.RollingBack))
        {
            span.SetStatus(ActivityStatusCode.Error, why);
        }

        return span;
    }

    private static string Name(UpgradeRecord upgrade) => (upgrade.State == UpgradeState.InProgress ? upgrade.Phase.ToString() : upgrade.State.ToString()).ToLowerInvariant();
}
