namespace Theseus.Control.Upgrades;

/// <summary>
/// The leases that this control plane holds: under which it drives its upgrades. Owned by one loop; not thread-safe.
/// </summary>
/// <remarks>
/// How long a lease is good for is counted here from before it was asked for, by a clock that nobody sets, and in the
/// database from when it was given: so it ends here before another can take it there. That keeps two from sending tasks at
/// once; that they do not both change the record is the store's doing, which compares the token.
/// </remarks>
internal sealed class HeldLeases(IDrivingLeases leases, string owner, TimeProvider time)
{
    /// <summary>How long a lease lasts: for so long an upgrade stands still whose control plane has died.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(6);

    /// <summary>After what time it is renewed.</summary>
    private static readonly TimeSpan s_renewal = Duration / 3;

    private readonly Dictionary<string, Held> _held = new(StringComparer.Ordinal);

    /// <summary>Whether others may drive upgrades of the same store.</summary>
    public bool AreShared => leases.AreShared;

    /// <summary>Whether an upgrade is driven here, now.</summary>
    public bool Has(string upgrade) => _held.TryGetValue(upgrade, out var held) && (!AreShared || time.GetElapsedTime(held.AskedAt) < Duration);

    /// <summary>The token that changes of an upgrade name: of the own lease, or of whoever drives it; 0 where nobody does.</summary>
    public async Task<long> TokenAsync(string upgrade, CancellationToken cancellationToken) => _held.TryGetValue(upgrade, out var held)
        ? held.Lease.Token
        : (await leases.FindAsync(upgrade, cancellationToken).ConfigureAwait(false))?.Token ?? 0;

    /// <summary>Reads what there is to drive.</summary>
    public Task<IReadOnlyList<DrivenHead>> ReadHeadsAsync(CancellationToken cancellationToken) => leases.ReadHeadsAsync(cancellationToken);

    /// <summary>Whether an upgrade may be taken: nobody drives it, or who did was an earlier run of this control plane.</summary>
    /// <param name="head">The upgrade.</param>
    /// <param name="isStart">Whether this run begins: later, one of the same name is a copy that took it.</param>
    public bool IsToBeTaken(DrivenHead head, bool isStart) =>
        !_held.ContainsKey(head.Upgrade) && (head.IsFree || (isStart && (!AreShared || head.Lease?.Owner == owner)));

    /// <summary>Takes an upgrade's lease, unless another was faster or it has ended.</summary>
    /// <returns>Whether it was taken.</returns>
    public async Task<bool> TryTakeAsync(string upgrade, CancellationToken cancellationToken)
    {
        var askedAt = time.GetTimestamp();
        if (await leases.TryTakeAsync(upgrade, owner, Duration, cancellationToken).ConfigureAwait(false) is not { } lease)
        {
            return false;
        }

        _held[upgrade] = new Held(lease, askedAt);
        return true;
    }

    /// <summary>Whether one who has died may still drive: whoever took its upgrade over must outdo what that one sent.</summary>
    public bool WasAnothers(DrivenHead head) => AreShared && head.Lease is { } lease && lease.Owner != owner;

    /// <summary>Keeps the leases that are due to be renewed, and lets go of those that another has taken.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (!AreShared)
        {
            return;
        }

        foreach (var (upgrade, held) in _held.Where(one => time.GetElapsedTime(one.Value.AskedAt) >= s_renewal).ToList())
        {
            var askedAt = time.GetTimestamp();
            if (await leases.RenewAsync(held.Lease, Duration, cancellationToken).ConfigureAwait(false) is { } renewed)
            {
                _held[upgrade] = new Held(renewed, askedAt);
            }
            else
            {
                _held.Remove(upgrade);
            }
        }
    }

    /// <summary>Lets go of a lease that another has taken, or whose upgrade has ended.</summary>
    public void Forget(string upgrade) => _held.Remove(upgrade);

    /// <summary>Sees whether a lease is still the own one, after a change under it was refused; lets go of it where not.</summary>
    public async Task CheckAsync(string upgrade, CancellationToken cancellationToken)
    {
        if (_held.TryGetValue(upgrade, out var held) && await leases.FindAsync(upgrade, cancellationToken).ConfigureAwait(false) is var found && (found?.Token ?? 0) != held.Lease.Token)
        {
            _held.Remove(upgrade);
        }
    }

    /// <summary>Gives all back, so that the next need not wait.</summary>
    public async Task ReleaseAllAsync(CancellationToken cancellationToken)
    {
        foreach (var held in _held.Values.ToList())
        {
            _held.Remove(held.Lease.Upgrade);
            if (AreShared)
            {
                await leases.ReleaseAsync(held.Lease, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <param name="Lease">The lease.</param>
    /// <param name="AskedAt">A timestamp from before it was asked for.</param>
    private sealed record Held(DrivingLease Lease, long AskedAt);
}
