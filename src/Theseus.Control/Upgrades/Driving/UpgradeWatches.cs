using System.Text.Json;
using Theseus.Control.Analysis;
using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>The watches of all upgrades that are driven here. Owned by one loop; not thread-safe.</summary>
internal sealed class UpgradeWatches(IEvidenceStore? store, IWaveMetrics? metrics = null)
{
    private readonly Dictionary<string, UpgradeWatch> _watches = new(StringComparer.Ordinal);

    /// <summary>Follows an upgrade to where it stands now.</summary>
    public void Follow(UpgradeRecord upgrade, Func<string, string, ComponentReport?> find)
    {
        if (!_watches.TryGetValue(upgrade.Id, out var watch))
        {
            if (upgrade.Plan is null || upgrade.State != UpgradeState.InProgress)
            {
                return;
            }

            _watches[upgrade.Id] = watch = new UpgradeWatch(upgrade.Plan, upgrade.Id, metrics);
        }

        watch.Follow(upgrade, find);
    }

    /// <summary>Takes in a node's report.</summary>
    /// <param name="before">The one before of the same process; null for its first.</param>
    /// <param name="now">The report.</param>
    public void Take(NodeReport? before, NodeReport now)
    {
        foreach (var watch in _watches.Values)
        {
            watch.Take(now.Node, component => before?.Components.FirstOrDefault(one => one.Component == component), now);
        }
    }

    /// <summary>Stores what was gathered for the wave that an upgrade is at, and tells what all of it comes to.</summary>
    /// <exception cref="UpgradeConflictException">Another control plane has added evidence: the upgrade is to be read anew.</exception>
    public async Task<ComparedCalls> CompareAsync(UpgradeRecord upgrade, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!_watches.TryGetValue(upgrade.Id, out var watch))
        {
            return ComparedCalls.None;
        }

        try
        {
            if (!watch.IsLoaded)
            {
                await LoadAsync(watch, upgrade.Id, cancellationToken).ConfigureAwait(false);
            }

            while (watch.Next(now, isLast: now - upgrade.Since >= upgrade.CurrentWave.Observe) is { } next)
            {
                if (store is not null)
                {
                    var body = JsonSerializer.Serialize(next, EvidenceJson.Default.CallEvidence);
                    await store.AppendAsync(new EvidenceEntry(upgrade.Id, watch.Pieces + 1, body), cancellationToken).ConfigureAwait(false);
                }

                watch.Add(next);
            }
        }
        catch
        {
            // What was to be stored may be there or not: the next look begins with what is.
            _watches.Remove(upgrade.Id);
            throw;
        }

        return watch.Compare(upgrade.Wave);
    }

    /// <summary>Forgets an upgrade that is not driven here any more.</summary>
    public void Forget(string upgrade)
    {
        _watches.Remove(upgrade);
        metrics?.Follow(upgrade, null);
    }

    private async Task LoadAsync(UpgradeWatch watch, string upgrade, CancellationToken cancellationToken)
    {
        foreach (var entry in store is null ? [] : await store.ReadAsync(upgrade, cancellationToken).ConfigureAwait(false))
        {
            watch.Add(JsonSerializer.Deserialize(entry.Body, EvidenceJson.Default.CallEvidence)
                ?? throw new JsonException($"Evidence {entry.Number} of upgrade {upgrade} says nothing."));
        }

        watch.EndLoading();
    }
}
