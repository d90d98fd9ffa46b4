using NuGet.Versioning;

namespace Theseus.Control.Upgrades;

/// <summary>What a component's earlier upgrades say of its next one. Immutable.</summary>
/// <param name="Rollbacks">The versions that were rolled back, whether or not all nodes came back: by their own upgrade, or by a later one that took it back.</param>
/// <param name="InARow">How many of the newest upgrades in a row took themselves back.</param>
internal sealed record UpgradeHistory(IReadOnlyList<RollbackRecord> Rollbacks, int InARow)
{
    private const int ReadAtOnce = 100;

    /// <summary>Reads all of them, a part at a time: what was rolled back stays so, however long ago it was.</summary>
    public static async Task<UpgradeHistory> ReadAsync(IUpgradeStore store, string component, CancellationToken cancellationToken)
    {
        var takenBack = new Dictionary<string, string>(StringComparer.Ordinal);
        var rollbacks = new List<RollbackRecord>();
        var (inARow, isInARow) = (0, true);
        IReadOnlyList<UpgradeRecord> part = [];
        do
        {
            part = await store.ReadLandedAsync(component, part.Count == 0 ? null : part[^1].Number, ReadAtOnce, cancellationToken).ConfigureAwait(false);
            foreach (var upgrade in part)
            {
                isInARow &= !upgrade.WasActivated || TookItselfBack(upgrade);
                inARow += isInARow && upgrade.WasActivated ? 1 : 0;
                // The newest come first, so what took an upgrade back is known before that upgrade is seen.
                if (upgrade is { State: UpgradeState.Completed, Request.RollsBack: { } earlier })
                {
                    takenBack.TryAdd(earlier, upgrade.Request.Reason);
                }

                if (RolledBack(upgrade, component, takenBack) is { } rolledBack)
                {
                    rollbacks.Add(rolledBack);
                }
            }
        }
        while (part.Count == ReadAtOnce);
        return new(rollbacks, inARow);
    }

    private static bool TookItselfBack(UpgradeRecord upgrade) =>
        upgrade.State is UpgradeState.RolledBack or UpgradeState.RollbackFailed && upgrade.TakenBackBy == Audit.AuditEntry.System;

    private static RollbackRecord? RolledBack(UpgradeRecord upgrade, string component, Dictionary<string, string> takenBack)
    {
        var wasTakenBack = takenBack.TryGetValue(upgrade.Id, out var why);
        return (wasTakenBack || upgrade.State is UpgradeState.RolledBack or UpgradeState.RollbackFailed)
            && upgrade is { Plan: { } plan, EndedAt: { } endedAt, Request.RollsBack: null } && plan.Moves.FirstOrDefault(one => one.Component == component) is { } move
            ? new(component, NuGetVersion.Parse(move.To.Version), endedAt, why ?? upgrade.Detail)
            : null;
    }
}
