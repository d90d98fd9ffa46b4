using Theseus.Control.Audit;

namespace Theseus.Control.Distribution;

/// <content>What operators order.</content>
public sealed partial class FleetMembership
{
    /// <inheritdoc/>
    public Task<NodeStatus> AddAsync(string name, string failureDomain, IReadOnlyDictionary<string, string> labels, string who, string why, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> faults = [.. NodeRules.Faults(failureDomain, labels).Prepend(NodeRules.NameFault(name) ?? "").Where(fault => fault.Length > 0)];
        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join(" ", faults), nameof(name));
        }

        var now = _time.GetUtcNow();
        return ChangeAsync(
            name,
            node => node switch
            {
                null => new NodeRecord { Name = name, AddedAt = now, FailureDomain = failureDomain, Labels = labels },
                { IsRemoved: true } => node with { IsRemoved = false, IsDraining = false, AddedAt = now, FailureDomain = failureDomain, Labels = labels },
                _ => null,
            },
            new AuditEntry(now, who, Subject(name), "", "added", why),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<NodeStatus> DrainAsync(string name, string who, string why, CancellationToken cancellationToken) => SetDrainingAsync(name, true, who, why, cancellationToken);

    /// <inheritdoc/>
    public Task<NodeStatus> UndrainAsync(string name, string who, string why, CancellationToken cancellationToken) => SetDrainingAsync(name, false, who, why, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(string name, bool force, string who, string why, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        return ChangeAsync(
            name,
            node =>
            {
                var known = Known(name, node);
                // By what this control plane sees: whether a node is silent is not in the store.
                var state = _members.GetValueOrDefault(name)?.State ?? NodeState.Lost;
                return force || known.IsDraining || state is NodeState.Lost or NodeState.Left
                    ? known with { IsRemoved = true }
                    : throw new NodeRefusedException(isUnknown: false, $"Node '{name}' is {state}, and not draining. Drain it first, or force its removal.");
            },
            new AuditEntry(now, who, Subject(name), "", "removed", why),
            cancellationToken);
    }

    private Task<NodeStatus> SetDrainingAsync(string name, bool isDraining, string who, string why, CancellationToken cancellationToken) => ChangeAsync(
        name,
        node => Known(name, node) is var known && known.IsDraining == isDraining ? null : known with { IsDraining = isDraining },
        new AuditEntry(_time.GetUtcNow(), who, Subject(name), isDraining ? "open" : "draining", isDraining ? "draining" : "open", why),
        cancellationToken);

    private Task<NodeStatus> ChangeAsync(string name, Func<NodeRecord?, NodeRecord?> change, AuditEntry entry, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(entry.Who);
        return InTurnAsync(
            async () =>
            {
                var record = (await _store.ChangeAsync(name, change, entry, cancellationToken).ConfigureAwait(false))!;
                Merge([record]);
                return Find(name) ?? new Member(record) { State = NodeState.Left }.ToStatus();
            },
            cancellationToken);
    }

    private static NodeRecord Known(string name, NodeRecord? node) =>
        node is { IsRemoved: false } ? node : throw new NodeRefusedException(isUnknown: true, $"There is no node '{name}'.");

    private static string Subject(string name) => $"node/{name}";
}
