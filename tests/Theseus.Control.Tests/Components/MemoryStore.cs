using Theseus.Control.Audit;

namespace Theseus.Control.Tests.Components;

/// <summary>A store without a disk, for the seam that Theseus.Storage fills.</summary>
internal sealed class MemoryStore : IComponentStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ComponentDescriptor> _components = [];
    private readonly List<LifecycleChange> _changes = [];

    /// <summary>Runs once, just before the next save, as another control plane would.</summary>
    public Func<Task>? BeforeNextSave { get; set; }

    /// <summary>Runs once, after the next save and before its writer hears of it.</summary>
    public Func<Task>? AfterNextSave { get; set; }

    /// <summary>The frozen bug: a store that keeps whatever comes last.</summary>
    public bool IgnoresRevisions { get; init; }

    public List<AuditEntry> Entries { get; } = [];

    public int Reads { get; private set; }

    public Task<IReadOnlyList<ComponentDescriptor>> ReadAllAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<ComponentDescriptor>>([.. _components.Values]);
    }

    public Task<ComponentDescriptor?> ReadAsync(string component, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Reads++;
            return Task.FromResult(_components.GetValueOrDefault(component));
        }
    }

    public async Task<bool> TrySaveAsync(ComponentDescriptor component, LifecycleChange? change, AuditEntry? entry, CancellationToken cancellationToken)
    {
        if (BeforeNextSave is { } other)
        {
            BeforeNextSave = null;
            await other();
        }

        lock (_lock)
        {
            if (!IgnoresRevisions && (_components.GetValueOrDefault(component.Name)?.Revision ?? 0) != component.Revision - 1)
                return false;
            _components[component.Name] = component;
            if (change is not null)
                _changes.Add(change);
            if (entry is not null)
                Entries.Add(entry);
        }

        if (AfterNextSave is { } later)
        {
            AfterNextSave = null;
            await later();
        }

        return true;
    }

    public Task<IReadOnlyList<LifecycleChange>> ReadHistoryAsync(string component, int count, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<LifecycleChange>>([.. _changes.Where(one => one.Component == component).Reverse().Take(count)]);
    }
}
