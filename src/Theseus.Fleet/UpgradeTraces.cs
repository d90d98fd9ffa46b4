using System.Diagnostics;

namespace Theseus.Fleet;

/// <summary>
/// Traces of upgrades, over control planes and nodes: one trace for each upgrade. The request is its first span, and every
/// stage of the upgrade and every node's task a child of that, so that they belong together whichever process they are of,
/// and however often the upgrade changes hands. Any OpenTelemetry set-up that listens to <see cref="SourceName"/> exports
/// them; where nobody listens nothing is made. Thread-safe.
/// </summary>
public static class UpgradeTraces
{
    /// <summary>The name of the source: <c>Theseus</c>.</summary>
    public const string SourceName = "Theseus";

    /// <summary>The longest that tells a span to its children, in characters: W3C's <c>traceparent</c>, version 00.</summary>
    public const int LongestParent = 55;

    private static readonly ActivitySource s_source = new(SourceName);

    /// <summary>
    /// Begins the first span of an upgrade, which ends when it is disposed of; null where nobody listens. It begins a trace of
    /// its own, since an upgrade may take days, and is linked to the span that asks for it. Whatever goes on in the caller's
    /// asynchronous method afterwards counts as inside it.
    /// </summary>
    /// <param name="upgrade">The upgrade's id.</param>
    /// <param name="components">What it is of, like <c>markdown 2.0.0</c>.</param>
    public static Activity? Begin(string upgrade, string components)
    {
        if (!s_source.HasListeners())
        {
            return null;
        }

        ActivityLink[] asking = Activity.Current is { } current ? [new ActivityLink(current.Context)] : [];
        Activity.Current = null;
        var span = s_source.StartActivity("theseus.upgrade", ActivityKind.Internal, parentContext: default, links: asking);
        span?.SetTag("theseus.upgrade", upgrade);
        span?.SetTag("theseus.components", components);
        return span;
    }

    /// <summary>Begins a span below an upgrade's first, which ends when it is disposed of; null where nobody listens or the upgrade has no trace.</summary>
    /// <param name="name">The span's name, one of a few.</param>
    /// <param name="parent">What tells the upgrade's first span; empty or null for none. What is no such thing counts as none.</param>
    /// <param name="upgrade">The upgrade's id.</param>
    public static Activity? BeginBelow(string name, string? parent, string upgrade) => Below(name, parent, upgrade)?.Start();

    /// <summary>Tells of a stretch that is over, as a span below an upgrade's first. Null where nobody listens or the upgrade has no trace; to be disposed of, and what is logged until then is logged in it.</summary>
    /// <param name="name">The span's name, one of a few.</param>
    /// <param name="parent">What tells the upgrade's first span; empty or null for none.</param>
    /// <param name="upgrade">The upgrade's id.</param>
    /// <param name="from">When it began.</param>
    /// <param name="to">When it ended.</param>
    public static Activity? Tell(string name, string? parent, string upgrade, DateTimeOffset from, DateTimeOffset to)
    {
        var span = Below(name, parent, upgrade)?.SetStartTime(from.UtcDateTime).Start();
        return span?.SetEndTime((to > from ? to : from).UtcDateTime);
    }

    private static Activity? Below(string name, string? parent, string upgrade)
    {
        if (string.IsNullOrEmpty(parent) || !ActivityContext.TryParse(parent, traceState: null, isRemote: true, out var context))
        {
            return null;
        }

        var span = s_source.CreateActivity(name, ActivityKind.Internal, context);
        span?.SetTag("theseus.upgrade", upgrade);
        return span;
    }
}
