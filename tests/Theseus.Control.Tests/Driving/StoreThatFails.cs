using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Tests.Driving;

/// <summary>The product's store, whose disk does not take the changes of one upgrade.</summary>
internal sealed class StoreThatFails(IUpgradeStore store) : PassingStore(store)
{
    public string? FailsFor { get; set; }

    public override Task UpdateAsync(UpgradeRecord upgrade, AuditEntry entry, IReadOnlyList<RollbackPoint> points, CancellationToken cancellationToken) =>
        upgrade.Id == FailsFor ? throw new IOException("The disk is full.") : base.UpdateAsync(upgrade, entry, points, cancellationToken);
}
