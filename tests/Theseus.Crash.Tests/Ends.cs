using CrashPlane;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;
using Theseus.Storage.Sqlite;

namespace Theseus.Crash.Tests;

/// <summary>What an upgrade's end has to be, seen from outside: by the database and the nodes' disks alone.</summary>
internal static class Ends
{
    /// <summary>The ends that fit what an upgrade met.</summary>
    public static UpgradeState[] Of(CourseKind kind) => kind switch
    {
        CourseKind.Success or CourseKind.LineStopped => [UpgradeState.Completed],
        // What was on some nodes already when another one was not ready goes back.
        CourseKind.NotReady => [UpgradeState.Failed, UpgradeState.RolledBack],
        _ => [UpgradeState.RolledBack],
    };

    /// <summary>How many durable steps a course has at least: fewer would mean that some are not counted.</summary>
    public static int FewestSteps(CourseKind kind) => kind switch
    {
        // Asked for, checked, planned, taken back and ended; a fence on a node for the way there and another for the way back.
        CourseKind.NotReady or CourseKind.BadOnTrial => 8,
        _ => 16,
    };

    public static async Task<UpgradeRecord> ReadAsync(string folder)
    {
        using var database = SqliteDatabase.Open(ControlProcess.DatabaseIn(folder));
        return await TheOneAsync(new SqliteUpgradeStore(database));
    }

    /// <summary>All that is wrong with what is left in a folder.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(string folder, UpgradeState wanted)
    {
        using var database = SqliteDatabase.Open(ControlProcess.DatabaseIn(folder));
        var store = new SqliteUpgradeStore(database);
        var upgrade = await TheOneAsync(store);
        var problems = new List<string>();
        if (upgrade.State != wanted)
        {
            problems.Add($"It ended as {upgrade.State}, not as {wanted}: {upgrade.Detail}");
        }

        var serving = upgrade.State == UpgradeState.Completed ? NodeDisk.To : NodeDisk.From;
        problems.AddRange(
            from node in Course.Nodes
            let disk = new NodeDisk(Path.Combine(folder, node), new Steps(), new Life())
            from component in Course.Components
            let confirmed = disk.Confirmed(component)
            where confirmed != serving
            select $"{node} serves {confirmed} of {component}, and the record says {upgrade.State}.");

        var audit = new SqliteAudit(database);
        problems.AddRange((await audit.VerifyAsync(null, default)).Problems);
        var states = (await audit.ReadAfterAsync(0, 1_000, default)).Select(record => record.Entry).Where(entry => entry.Subject == upgrade.Id).ToList();
        for (var i = 0; i < states.Count; i++)
        {
            if (i > 0 && states[i].From != states[i - 1].To)
            {
                problems.Add($"'{states[i].From}' follows '{states[i - 1].To}' on record.");
            }

            if (i > 0 && !UpgradeStates.Allows(StateOf(states[i].From), StateOf(states[i].To)))
            {
                problems.Add($"'{states[i].To}' follows '{states[i].From}', which the table does not have.");
            }
        }

        if (states.Count != upgrade.Revision || StateOf(states[^1].To) != upgrade.State)
        {
            problems.Add($"{states.Count} changes are on record up to '{states[^1].To}', and the upgrade is {upgrade.State} in revision {upgrade.Revision}.");
        }

        if (await store.ReadLineStopAsync(default) is { } stopped)
        {
            problems.Add($"The line is stopped: {stopped}.");
        }

        var points = await new SqliteRollbackPoints(database).ReadPointsAsync(null, default);
        if (points.Count != (upgrade.WasActivated ? Course.Components.Count : 0))
        {
            problems.Add($"There are {points.Count} rollback points.");
        }

        problems.AddRange(await LockedAsync(store, upgrade));
        return problems;
    }

    private static async Task<UpgradeRecord> TheOneAsync(SqliteUpgradeStore store) => Assert.Single(await store.ReadNewestAsync(null, 10, default));

    /// <summary>What keeps a next upgrade of the same components from being begun.</summary>
    private static async Task<IReadOnlyList<string>> LockedAsync(SqliteUpgradeStore store, UpgradeRecord upgrade)
    {
        var next = new UpgradeRecord { Id = "next", Request = upgrade.Request, Since = upgrade.Since, RequestedAt = upgrade.Since };
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
