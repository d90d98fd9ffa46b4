using NuGet.Versioning;
using Theseus.Fleet;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Memory;
using Theseus.Runtime.State;
using Theseus.Runtime.Swapping;

namespace Theseus.Runtime;

/// <summary>
/// Replaces components of this host while it serves: stages, swaps, confirms, takes back, and tells what is loaded and
/// why. Injected into any service of a host that has called <c>AddTheseus</c>. Thread-safe; one operation per component
/// at a time.
/// </summary>
/// <remarks>What an operation comes to is a value, <see cref="SwapResult"/>; exceptions are for misuse.</remarks>
public sealed class HotSwapEngine
{
    private readonly IReadOnlyDictionary<string, HostedComponent> _components;
    private readonly ReleaseCatalog _catalog;
    private readonly HostMemory _memory;
    private readonly SnapshotFolder _snapshots;
    private readonly HeapWalker _walker;

    internal HotSwapEngine(IReadOnlyDictionary<string, HostedComponent> components, ReleaseCatalog catalog, HostMemory memory, SnapshotFolder snapshots, HeapWalker walker)
    {
        _walker = walker;
        _snapshots = snapshots;
        _components = components;
        _catalog = catalog;
        _memory = memory;
    }

    /// <summary>The names of the host's components.</summary>
    public IReadOnlyCollection<string> Components => [.. _components.Keys];

    /// <summary>Tells what a component's slot holds.</summary>
    /// <param name="component">Its name.</param>
    /// <exception cref="KeyNotFoundException">The host has no component of that name.</exception>
    public ComponentStatus GetStatus(string component) =>
        Find(component)?.Controller.Describe() ?? throw new KeyNotFoundException(Unknown(component));

    /// <summary>The newest records of a component's swaps, the newest first, those from before a restart included.</summary>
    /// <param name="component">Its name.</param>
    /// <param name="newest">How many at most; greater than zero.</param>
    /// <exception cref="KeyNotFoundException">The host has no component of that name.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="newest"/> is not greater than zero.</exception>
    public IReadOnlyList<SwapRecord> GetHistory(string component, int newest = 20)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(newest);
        if (Find(component) is null)
        {
            throw new KeyNotFoundException(Unknown(component));
        }

        return _memory.ReadHistory(component, newest);
    }

    /// <summary>Loads, starts, checks and warms up a release beside the one that serves. It gets no calls until it is swapped in.</summary>
    /// <param name="component">The component.</param>
    /// <param name="version">The release's version.</param>
    /// <param name="options">Options; null for the component's own.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<SwapResult> StageAsync(string component, string version, SwapOptions? options = null, CancellationToken cancellationToken = default) =>
        WithReleaseAsync(component, version, options, (one, release, effective) => one.Controller.StageAsync(release, effective, cancellationToken), cancellationToken);

    /// <summary>
    /// Swaps a component to a release. Completes when the release is confirmed or the one before serves again; the
    /// generation that has to go is retired in the background (<see cref="SwapResult.Retirement"/>), so that a call may
    /// upgrade the very component it runs in.
    /// </summary>
    /// <param name="component">The component.</param>
    /// <param name="version">The release's version.</param>
    /// <param name="options">Options; null for the component's own.</param>
    /// <param name="cancellationToken">Takes the release back, unless it is confirmed already.</param>
    public Task<SwapResult> SwapAsync(string component, string version, SwapOptions? options = null, CancellationToken cancellationToken = default) =>
        WithReleaseAsync(component, version, options, (one, release, effective) => one.Controller.SwapAsync(release, effective, cancellationToken), cancellationToken);

    /// <summary>
    /// Goes back: takes back a release that is on trial; otherwise swaps, without a trial, to the release that was
    /// confirmed before the present one.
    /// </summary>
    /// <param name="component">The component.</param>
    /// <param name="cancellationToken">Gives up waiting, or the swap.</param>
    public async Task<SwapResult> RollbackAsync(string component, CancellationToken cancellationToken = default)
    {
        if (Find(component) is not { } one)
        {
            return Refused(component, "", SwapReason.UnknownComponent, Unknown(component));
        }

        if (await TakeBackAsync(component, cancellationToken).ConfigureAwait(false) is { } takenBack)
        {
            return takenBack;
        }

        if (_memory.Get(component).Previous is not { } previous)
        {
            return Refused(component, "", SwapReason.NothingToDo, "No release was confirmed before the one that serves.");
        }

        var options = one.Options.Swap with { Trial = one.Options.Swap.Trial with { Duration = TimeSpan.Zero } };
        var (release, refusal) = await one.Controller.ValidateAsync(
            previous.Version, previous.Settings, options, () => _catalog.GetStoredAsync(component, previous.Digest, cancellationToken)).ConfigureAwait(false);
        return release is null ? refusal! : await one.Controller.SwapAsync(release, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the trial that is going on by confirming its release.</summary>
    /// <param name="component">The component.</param>
    /// <param name="cancellationToken">Gives up waiting; the order stays given.</param>
    public async Task<SwapResult> ConfirmAsync(string component, CancellationToken cancellationToken = default)
    {
        if (Find(component) is not { } one)
        {
            return Refused(component, "", SwapReason.UnknownComponent, Unknown(component));
        }

        return one.Controller.Order(TrialOrder.Confirm) is { } ending
            ? await ending.WaitAsync(cancellationToken).ConfigureAwait(false)
            : Refused(component, "", SwapReason.NothingToDo, "No release of the component is on trial.");
    }

    /// <summary>Changes the share of the calls that a release on trial gets, from the next call on.</summary>
    /// <param name="component">The component.</param>
    /// <param name="share">The release's share, from 0 to 1. Below 1 only without state that moves.</param>
    /// <param name="shadowFraction">The share of calls that are copied to it, from 0 to 1. Above 0 only if the trial was begun with copies.</param>
    /// <returns>Why it could not be done; null when it is done.</returns>
    public string? Shift(string component, double share, double shadowFraction = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(share is >= 0 and <= 1, true, nameof(share));
        ArgumentOutOfRangeException.ThrowIfNotEqual(shadowFraction is >= 0 and <= 1, true, nameof(shadowFraction));
        return Find(component) is { } one ? one.Controller.Shift(share, shadowFraction) : Unknown(component);
    }

    /// <summary>Lets go of a release that is staged, if there is one.</summary>
    /// <param name="component">The component.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether nothing is staged now: false while another operation on the component goes on.</returns>
    /// <exception cref="KeyNotFoundException">The host has no component of that name.</exception>
    public Task<bool> UnstageAsync(string component, CancellationToken cancellationToken = default) =>
        Find(component) is { } one ? one.Controller.UnstageAsync(one.Options.Swap, cancellationToken) : throw new KeyNotFoundException(Unknown(component));

    /// <summary>Takes back the swap that is going on, and nothing else: what is confirmed stays.</summary>
    /// <param name="component">The component.</param>
    /// <param name="cancellationToken">Gives up waiting; the order stays given.</param>
    /// <returns>The swap's end; null when none is going on, or the one that is takes the order no more.</returns>
    internal async Task<SwapResult?> TakeBackAsync(string component, CancellationToken cancellationToken) =>
        Find(component)?.Controller.Order(TrialOrder.TakeBack) is { } ending ? await ending.WaitAsync(cancellationToken).ConfigureAwait(false) : null;

    /// <summary>What was counted of a component's calls, by generation; none for a component that the host does not have.</summary>
    internal IEnumerable<GenerationMetrics> MetricsOf(string component) => Find(component)?.Controller.Metrics() ?? [];

    /// <summary>The end of the swap whose trial is going on; null for none.</summary>
    internal Task<SwapResult>? TrialEnding(string component) => Find(component)?.Controller.TrialEnding;

    /// <summary>Asks the generation that serves for its health. Returns what is wrong; null for nothing.</summary>
    internal Task<string?> CheckHealthAsync(string component, CancellationToken cancellationToken) =>
        Find(component) is { } one ? one.Controller.CheckHealthAsync(one.Options.Swap, cancellationToken) : Task.FromResult<string?>(Unknown(component));

    /// <summary>The release that a restart would begin with; null when none was confirmed yet.</summary>
    internal ReleaseRef? GetConfirmed(string component) => _memory.Get(component).Confirmed;

    /// <summary>The states of a component that are kept on disk, the newest first.</summary>
    internal IReadOnlyList<KeptSnapshot> GetSnapshots(string component) => _snapshots.Of(component);

    /// <summary>A component's own options for swaps.</summary>
    internal SwapOptions OptionsOf(string component) => Find(component)?.Options.Swap ?? new SwapOptions();

    /// <summary>
    /// Finds out why a generation has not gone: the calls that are inside it now, what else is known of it, and what a walk over the heap finds, by a process of
    /// its own that suspends this one while it looks.
    /// </summary>
    /// <param name="component">The component.</param>
    /// <param name="generation">The generation's number.</param>
    /// <param name="walkHeap">Whether to walk the heap.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeyNotFoundException">There is no such component or generation.</exception>
    public async Task<IReadOnlyList<PinFinding>> ExplainAsync(string component, int generation, bool walkHeap, CancellationToken cancellationToken = default)
    {
        var one = Find(component) ?? throw new KeyNotFoundException(Unknown(component));
        var (callsLeft, handle) = one.Controller.Find(generation)
            ?? throw new KeyNotFoundException($"The component '{component}' has no generation {generation}; see its status for those it has.");
        var known = new List<PinFinding>();
        known.AddRange(callsLeft.Select(calls => new PinFinding(PinKind.InFlightCall, calls.ToString())));
        known.AddRange(handle?.KnownPins ?? []);
        if (walkHeap && handle is { IsGone: false })
        {
            known.AddRange((await _walker.WalkAsync(handle, HeapWalker.LongestStop, cancellationToken).ConfigureAwait(false)).Findings);
        }

        return known;
    }

    private async Task<SwapResult> WithReleaseAsync(
        string component,
        string version,
        SwapOptions? options,
        Func<HostedComponent, ValidatedRelease, SwapOptions, Task<SwapResult>> work,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(component);
        ArgumentException.ThrowIfNullOrWhiteSpace(version);
        if (Find(component) is not { } one)
        {
            return Refused(component, version, SwapReason.UnknownComponent, Unknown(component));
        }

        if (!NuGetVersion.TryParse(version, out var parsed))
        {
            return Refused(component, version, SwapReason.ReleaseNotFound, $"'{version}' is not a version; write it like 1.2.0 or 2.0.0-beta.1.");
        }

        options ??= one.Options.Swap;
        if (options.Settings is { } given && ReleaseSettings.Faults(given) is { Count: > 0 } faults)
        {
            return Refused(component, version, SwapReason.OptionsRefused, string.Join(" ", faults));
        }

        var settings = options.Settings is null ? one.Controller.Serving?.Settings : SettingsText(options.Settings);
        var (release, refusal) = await one.Controller.ValidateAsync(
            version, settings, options, () => FindAsync(one, parsed, options.ExpectedDigest, cancellationToken)).ConfigureAwait(false);
        return release is null ? refusal! : await work(one, release, options).ConfigureAwait(false);
    }

    private async Task<FoundRelease> FindAsync(HostedComponent component, NuGetVersion version, string? digest, CancellationToken cancellationToken)
    {
        if (digest is null)
        {
            return await _catalog.FindAsync(component.Name, component.Package, version, cancellationToken).ConfigureAwait(false);
        }

        // By its digest: the store, and a feed, may have another package of that version too.
        return await _catalog.GetStoredAsync(component.Name, digest, cancellationToken).ConfigureAwait(false) is { Release: { } stored } kept && stored.Manifest.Version == version
            ? kept
            : await _catalog.FindInFeedsAsync(component.Name, component.Package, version, digest, cancellationToken).ConfigureAwait(false);
    }

    private static string? SettingsText(IReadOnlyDictionary<string, string> settings) => ReleaseSettings.Write(settings) is { Length: > 0 } text ? text : null;

    private HostedComponent? Find(string component) => _components.GetValueOrDefault(component);

    private string Unknown(string component) =>
        $"The host has no component '{component}'. It has: {string.Join(", ", _components.Keys.Order(StringComparer.Ordinal))}.";

    private SwapResult Refused(string component, string version, SwapReason reason, string detail) => new()
    {
        Component = component,
        Outcome = SwapOutcome.Refused,
        Reason = reason,
        Detail = detail,
        From = Find(component)?.Controller.ServingRelease?.Manifest.Version.ToNormalizedString(),
        To = version,
    };
}
