using CrashPlane;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;
using Theseus.Storage.Sqlite;

namespace Theseus.Crash.Tests;

/// <summary>What an upgrade's end has to be, seen from outside: by the database and the nodes' disks alone.</summary>
internal static class Ends
{
    private const string Trimmed = "rollback point removed";

    /// <summary>The ends that fit what an upgrade met.</summary>
    public static UpgradeState[] Of(CourseKind kind) => kind switch
    {
        CourseKind.RolledBack or CourseKind.BadOnTrial or CourseKind.Frozen or CourseKind.Emergency => [UpgradeState.RolledBack],
        // What was on some nodes already when another one was not ready goes back.
        CourseKind.NotReady => [UpgradeState.Failed, UpgradeState.RolledBack],
        _ => [UpgradeState.Completed],
    };

    /// <summary>How many durable steps a course has at least: fewer would mean that some are not counted.</summary>
    public static int FewestSteps(CourseKind kind) => kind switch
    {
        // Found, asked for, checked, planned, taken back and ended, which the registry follows; a fence on a node for the way there and another for the way back.
        CourseKind.NotReady or CourseKind.BadOnTrial or CourseKind.Frozen => 16,
        CourseKind.TakenBack or CourseKind.Irreversible or CourseKind.EmergencyAfterwards => 40,
        _ => 20,
    };

    /// <summary>The upgrades of a course, the oldest first.</summary>
    public static async Task<IReadOnlyList<UpgradeRecord>> ReadAsync(string folder)
    {
        using var database = SqliteDatabase.Open(ControlProcess.DatabaseIn(folder));
        return await UpgradesAsync(new SqliteUpgradeStore(database));
    }

    /// <summary>All that is wrong with what is left in a folder.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(string folder, Course course, IReadOnlyList<UpgradeState> wanted)
    {
        using var database = SqliteDatabase.Open(ControlProcess.DatabaseIn(folder));
        var store = new SqliteUpgradeStore(database);
        var upgrades = await UpgradesAsync(store);
        var problems = new List<string>();
        if (!upgrades.Select(one => one.State).SequenceEqual(wanted))
        {
            problems.Add($"It ended as {string.Join(", ", upgrades.Select(one => $"{one.State}: {one.Detail}"))}, not as {string.Join(", ", wanted)}.");
        }

        var newest = upgrades[^1];
        var serving = newest.State == UpgradeState.Completed && newest.Request.RollsBack is null ? NodeDisk.To : NodeDisk.From;
        foreach (var disk in Course.Nodes.Select(node => new NodeDisk(Path.Combine(folder, node), new Steps(), new Life())))
        {
            foreach (var component in Course.Components)
            {
                if (disk.Confirmed(component) is var confirmed && confirmed != serving)
                {
                    problems.Add($"A node serves {confirmed} of {component}, and the record says {newest.State}.");
                }

                string[] kept = course.Kind == CourseKind.Irreversible ? [upgrades[0].Id] : [];
                if (!disk.Kept(component).SequenceEqual(kept))
                {
                    problems.Add($"A node keeps {disk.Kept(component).Count} states of {component}.");
                }
            }
        }

        var audit = new SqliteAudit(database);
        problems.AddRange((await audit.VerifyAsync(null, default)).Problems);
        var entries = (await audit.ReadAfterAsync(0, 1_000, default)).Select(record => record.Entry).ToList();
        problems.AddRange(upgrades.SelectMany(upgrade => OnRecord(upgrade, [.. entries.Where(entry => entry.Subject == upgrade.Id && !entry.To.StartsWith(Trimmed, StringComparison.Ordinal))])));
        if (entries.Where(entry => entry.Subject == "token token").Select(entry => entry.To) is var tokens
            && !tokens.SequenceEqual(course.Kind == CourseKind.Token ? ["valid", "revoked"] : []))
        {
            problems.Add($"The record says of the token: {string.Join(", ", tokens)}.");
        }

        if (await store.ReadLineStopAsync(default) is { } stopped)
        {
            problems.Add($"The line is stopped: {stopped}.");
        }

        var points = await new SqliteRollbackPoints(database).ReadPointsAsync(null, default);
        var last = upgrades.LastOrDefault(upgrade => upgrade.WasActivated);
        if (points.Count != (last is null ? 0 : Course.Components.Count) || points.Any(point => point.Upgrade != last!.Id))
        {
            problems.Add($"There are {points.Count} rollback points, of {string.Join(", ", points.Select(point => point.Upgrade))}.");
        }

        // Each that was taken and is not kept any longer, once.
        string[] gone = [.. upgrades.Where(upgrade => upgrade.WasActivated && upgrade != last).SelectMany(upgrade => Course.Components.Select(_ => upgrade.Id))];
        if (entries.Where(entry => entry.To.StartsWith(Trimmed, StringComparison.Ordinal)).Select(entry => entry.Subject) is var trimmed && !trimmed.SequenceEqual(gone))
        {
            problems.Add($"Rollback points are on record as removed of {string.Join(", ", trimmed)}, not of {string.Join(", ", gone)}.");
        }

        problems.AddRange(await InRegistryAsync(new SqliteComponentStore(database), serving.Version));
        problems.AddRange(await LockedAsync(store, newest));
        return problems;
    }

    private static async Task<IReadOnlyList<UpgradeRecord>> UpgradesAsync(SqliteUpgradeStore store) => [.. (await store.ReadNewestAsync(null, 10, default)).Reverse()];

    /// <summary>What is wrong with an upgrade's changes as they are on record.</summary>
    private static IEnumerable<string> OnRecord(UpgradeRecord upgrade, IReadOnlyList<AuditEntry> states)
    {
        for (var i = 1; i < states.Count; i++)
        {
            if (states[i].From != states[i - 1].To)
            {
                yield return $"'{states[i].From}' follows '{states[i - 1].To}' on record.";
            }

            if (!UpgradeStates.Allows(StateOf(states[i].From), StateOf(states[i].To)))
            {
                yield return $"'{states[i].To}' follows '{states[i].From}', which the table does not have.";
            }
        }

        if (states.Count != upgrade.Revision || StateOf(states[^1].To) != upgrade.State)
        {
            yield return $"{states.Count} changes are on record up to '{states[^1].To}', and the upgrade is {upgrade.State} in revision {upgrade.Revision}.";
        }
    }

    /// <summary>What is wrong with the components' lives.</summary>
    private static async Task<IReadOnlyList<string>> InRegistryAsync(SqliteComponentStore store, string serving)
    {
        var problems = new List<string>();
        foreach (var name in Course.Components)
        {
            var component = await store.ReadAsync(name, default);
            if (component is not { Lifecycle: ComponentLifecycle.Active } || component.CurrentVersion?.ToNormalizedString() != serving)
            {
                problems.Add($"The registry has {component}, and {serving} serves.");
            }

            var changes = (await store.ReadHistoryAsync(name, 100, default)).Reverse().ToList();
            problems.AddRange(
                from pair in changes.Zip(changes.Skip(1))
                where pair.Second.From != pair.First.To || pair.Second.FromVersion != pair.First.ToVersion
                select $"In the life of {name}, {pair.Second.From} {pair.Second.FromVersion} follows {pair.First.To} {pair.First.ToVersion}.");
        }

        return problems;
    }

    /// <summary>What keeps a next upgrade of the same components from being begun.</summary>
    private static async Task<IReadOnlyList<string>> LockedAsync(SqliteUpgradeStore store, UpgradeRecord upgrade)
    {
        var next = new UpgradeRecord { Id = "next", Request = upgrade.Request with { Key = null }, Since = upgrade.Since, RequestedAt = upgrade.Since };
        try
        {
            var added = await store.AddAsync(next, new AuditEntry(upgrade.Since, "operator", next.Id, "", "Pending", ""), default);
            return added.Fence > upgrade.Fence ? [] : [$"The fence of the next upgrade, {added.Fence}, is not above that of this one, {upgrade.Fence}."];
        }
        catch (UpgradeConflictException conflict)
        {
            return [conflict.Message];
        }
    }

    private static UpgradeState StateOf(string onRecord) => Enum.Parse<UpgradeState>(onRecord.Split(' ')[0]);
}
