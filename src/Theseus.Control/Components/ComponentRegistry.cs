using System.Collections.Immutable;
using Theseus.Control.Audit;
using Theseus.Control.Components;

namespace Theseus.Control;

/// <summary>
/// The components that the control plane knows, with their lives. Thread-safe; reading never waits.
/// </summary>
/// <remarks>
/// <para>
/// No lock is held over a call to the store. The store's revision check alone decides between writers, here or in
/// another control plane: whoever loses reads what the winner wrote and applies its change to that. What is read here is
/// a picture that is replaced as a whole, and in which no component's revision ever goes back: whichever of two saves
/// comes back last, the later one stays.
/// </para>
/// <para>
/// What other control planes save is seen after <see cref="RefreshAsync"/>, or at the next change of that component.
/// </para>
/// </remarks>
public sealed class ComponentRegistry
{
    private const int MostTries = 16;
    private readonly IComponentStore _store;
    private readonly TimeProvider _time;
    private readonly Pulse _changed = new();
    private Picture _picture = new(ImmutableSortedDictionary.Create<string, ComponentDescriptor>(StringComparer.Ordinal));

    private ComponentRegistry(IComponentStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    /// <summary>Every component that is not retired, by name.</summary>
    public IReadOnlyList<ComponentDescriptor> Components => Volatile.Read(ref _picture).Present;

    /// <summary>How these components depend on each other.</summary>
    public DependencyGraph Dependencies => Volatile.Read(ref _picture).Graph;

    /// <summary>Opens a registry with what its store holds.</summary>
    /// <param name="store">The store.</param>
    /// <param name="time">The clock of its history.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ComponentRegistry> OpenAsync(IComponentStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);
        var registry = new ComponentRegistry(store, time);
        await registry.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return registry;
    }

    /// <summary>A component; null if there is none of that name, or it is retired.</summary>
    /// <param name="name">Its name.</param>
    public ComponentDescriptor? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Volatile.Read(ref _picture).All.GetValueOrDefault(name) is { Lifecycle: not ComponentLifecycle.Retired } found ? found : null;
    }

    /// <summary>Waits until a component is as it is wanted to be. It is looked at now, and after each change that this registry sees.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="holds">What is waited for; given null where there is no such component. What holds in passing may be missed.</param>
    /// <param name="cancellationToken">Gives up: without it the wait may have no end.</param>
    /// <returns>The component as it was found; null where it was waited for that there is none.</returns>
    public Task<ComponentDescriptor?> WaitForAsync(string name, Func<ComponentDescriptor?, bool> holds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(holds);
        return _changed.WaitForAsync(_ => ValueTask.FromResult(Find(name)), holds, cancellationToken);
    }

    /// <summary>Whether there was a component of that name, and it was removed.</summary>
    /// <param name="name">Its name.</param>
    public bool IsRetired(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Volatile.Read(ref _picture).All.GetValueOrDefault(name) is { Lifecycle: ComponentLifecycle.Retired };
    }

    /// <summary>The components that have all of some labels, by name.</summary>
    /// <param name="labels">The labels with their values.</param>
    public IReadOnlyList<ComponentDescriptor> FindByLabels(IReadOnlyDictionary<string, string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return [.. Components.Where(one => labels.All(label => one.Labels.TryGetValue(label.Key, out var value) && value == label.Value))];
    }

    /// <summary>Takes over what others have saved.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        foreach (var component in await _store.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            Show(component);
    }

    /// <summary>Registers a component, or a retired one again. It begins as <see cref="ComponentLifecycle.Registered"/> without a version, whatever the descriptor says.</summary>
    /// <param name="component">The component.</param>
    /// <param name="why">The reason, for its history.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RegistryResult> RegisterAsync(ComponentDescriptor component, string why, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(component);
        ArgumentException.ThrowIfNullOrWhiteSpace(why);
        return ChangeAsync(
            component.Name,
            present => present is { Lifecycle: not ComponentLifecycle.Retired }
                ? Step.End(RegistryResult.Refused(RegistryOutcome.AlreadyRegistered, present, $"There is a component '{component.Name}' already. Update it instead."))
                : Step.Save(component with { Lifecycle = ComponentLifecycle.Registered, CurrentVersion = null, Follows = present?.Follows }, why, upgrade: null),
            cancellationToken);
    }

    /// <summary>Changes what is settled for a component. Its name, version and lifecycle are not changed by this.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">Makes the new descriptor of the present one. Called outside of locks, and again where others changed the component meanwhile: it should have no effects.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RegistryResult> UpdateAsync(string name, Func<ComponentDescriptor, ComponentDescriptor> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(change);
        return ChangeAsync(
            name,
            present =>
            {
                if (present is not { Lifecycle: not ComponentLifecycle.Retired })
                    return Step.End(RegistryResult.NotFound(name));
                var next = change(present);
                return next == present
                    ? Step.End(RegistryResult.Unchanged(present))
                    : Step.Save(next with { Name = present.Name, Lifecycle = present.Lifecycle, CurrentVersion = present.CurrentVersion, Follows = present.Follows }, why: null, upgrade: null);
            },
            cancellationToken);
    }

    /// <summary>Changes what operators settle for a component. Where that changes anything, it is on record from the same moment on.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">What is to be changed.</param>
    /// <param name="who">Who changes it.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RegistryResult> SetAsync(string name, ComponentChange change, string who, string why, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(change);
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        ArgumentNullException.ThrowIfNull(why);
        return ChangeAsync(
            name,
            present =>
            {
                if (present is not { Lifecycle: not ComponentLifecycle.Retired })
                    return Step.End(RegistryResult.NotFound(name));
                var next = change.ApplyTo(present);
                if (next == present)
                    return Step.End(RegistryResult.Unchanged(present));
                var (from, to) = ComponentChange.Tell(present, next);
                return Step.Save(next, why: null, upgrade: null) with { Entry = new AuditEntry(_time.GetUtcNow(), who, $"component {name}", from, to, why) };
            },
            cancellationToken);
    }

    /// <summary>Moves a component on in its life, along <see cref="LifecycleTable"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="move">Where to, and why.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RegistryResult> MoveAsync(string name, LifecycleMove move, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(move);
        ArgumentException.ThrowIfNullOrWhiteSpace(move.Why);
        return ChangeAsync(name, present => LifecycleStep.Make(name, present, move), cancellationToken);
    }

    /// <summary>Removes a component: it is retired, and its history stays. Others may depend on it: see <see cref="DependencyGraph.DependentsOf"/> first.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="why">The reason, for its history.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<RegistryResult> RemoveAsync(string name, string why, CancellationToken cancellationToken) =>
        MoveAsync(name, new(ComponentLifecycle.Retired, why), cancellationToken);

    /// <summary>The changes in a component's life, the newest first; also of a retired one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="count">How many at most; 1 or more.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<IReadOnlyList<LifecycleChange>> ReadHistoryAsync(string name, int count, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return _store.ReadHistoryAsync(name, count, cancellationToken);
    }

    private async Task<RegistryResult> ChangeAsync(string name, Func<ComponentDescriptor?, Step> decide, CancellationToken cancellationToken)
    {
        var present = Volatile.Read(ref _picture).All.GetValueOrDefault(name);
        for (var tries = 0; tries < MostTries; tries++)
        {
            var step = decide(present);
            // The first look was at a picture that may be old: what ends without a save is decided by the store's own words.
            if (step.Result is { } result && tries > 0)
                return result;
            if (step.Next is { } wanted)
            {
                if (DescriptorRules.Check(wanted) is { Count: > 0 } faults)
                    return RegistryResult.Refused(RegistryOutcome.Invalid, present, faults);
                var next = DescriptorRules.Copy(wanted) with { Revision = (present?.Revision ?? 0) + 1 };
                if (await _store.TrySaveAsync(next, ChangeOf(present, next, step), step.Entry, cancellationToken).ConfigureAwait(false))
                {
                    Show(next);
                    return RegistryResult.Saved(next);
                }
            }

            present = await _store.ReadAsync(name, cancellationToken).ConfigureAwait(false);
            if (present is not null)
                Show(present);
        }

        return RegistryResult.Refused(RegistryOutcome.Conflict, present, $"'{name}' was changed by others {MostTries} times while this change was tried. Try it again.");
    }

    private LifecycleChange? ChangeOf(ComponentDescriptor? before, ComponentDescriptor after, Step step) => step.Why is null
        ? null
        : new(after.Name, after.Revision, _time.GetUtcNow(), before?.Lifecycle, after.Lifecycle, before?.CurrentVersion, after.CurrentVersion, step.Why, step.Upgrade);

    private void Show(ComponentDescriptor component)
    {
        var seen = Volatile.Read(ref _picture);
        while (seen.All.GetValueOrDefault(component.Name) is not { } known || known.Revision < component.Revision)
        {
            var replaced = Interlocked.CompareExchange(ref _picture, new Picture(seen.All.SetItem(component.Name, component)), seen);
            if (replaced == seen)
            {
                _changed.Beat();
                return;
            }

            seen = replaced;
        }
    }

    /// <summary>All components at one moment; what is made of them is made once, when it is first asked for.</summary>
    private sealed class Picture(ImmutableSortedDictionary<string, ComponentDescriptor> all)
    {
        private readonly Lazy<IReadOnlyList<ComponentDescriptor>> _present = new(() => [.. all.Values.Where(one => one.Lifecycle != ComponentLifecycle.Retired)]);
        private readonly Lazy<DependencyGraph> _graph = new(() => new([.. all.Values.Where(one => one.Lifecycle != ComponentLifecycle.Retired)]));

        public ImmutableSortedDictionary<string, ComponentDescriptor> All { get; } = all;

        public IReadOnlyList<ComponentDescriptor> Present => _present.Value;

        public DependencyGraph Graph => _graph.Value;
    }
}
