using System.Text.Json;
using Theseus.Control;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Tests.Frozen;

namespace Theseus.Storage.Tests;

/// <summary>A control plane's database with something of everything in it: what an earlier version wrote, brought up, and gone on with.</summary>
internal static class FilledDatabase
{
    private static readonly RequestKey s_key = new("tokens", "operator", "key", "a token");

    public static async Task FillAsync(string path)
    {
        await using var store = await ControlStore.OpenAsync(path, null, default);
        for (var i = 0; i < 12; i++)
        {
            // Some are longer than a page.
            var upgrade = Sample.Upgrade($"more{i}", $"component{i}") with { Detail = string.Concat(Enumerable.Repeat($"It is long, {i}. ", 1 + (i % 3 * 400))) };
            upgrade = await store.Upgrades.AddAsync(upgrade, Sample.Entry("asked", upgrade.Id), default);
            if (i % 2 == 0)
            {
                await store.Upgrades.UpdateAsync(upgrade with { Revision = 2, State = UpgradeState.Completed }, Sample.Entry(new string('y', i * 500), upgrade.Id), [], default);
            }
            else
            {
                await store.Leases.TryTakeAsync(upgrade.Id, "plane", TimeSpan.FromHours(1), default);
            }

            await store.Nodes.ClaimAsync(new NodeReport { Node = $"node{i}", Incarnation = "p", StartedAt = DateTimeOffset.UnixEpoch, Sequence = 1, FailureDomain = "rack", Components = [] }, DateTimeOffset.UnixEpoch, default);
            await store.Tokens.AddAsync(new AccessToken { Id = $"t{i}", Name = "ci", Role = AccessRole.Operator, SecretHash = "ab", CreatedAt = DateTimeOffset.UnixEpoch }, null, Sample.Entry("made", $"token t{i}"), default);
        }

        await FillTasksAsync(store.Tasks);
        await store.KeyedRequests.BeginAsync(s_key, default);
        await store.KeyedRequests.EndAsync(s_key, "done", [], default);
        await store.Upgrades.WriteLineStopAsync("smoke", Sample.Entry("stopped", "line"), default);
    }

    /// <summary>Tasks that wait, that a node has, that were done, and that are dead letters; and one that was removed after its end.</summary>
    private static async Task FillTasksAsync(ITaskStore store)
    {
        var now = DateTimeOffset.UnixEpoch;
        for (var i = 0; i < 12; i++)
        {
            var request = new TaskRequest { Kind = $"kind{i % 3}", Payload = new string('p', i * 100), RequestedBy = "operator", Key = $"key{i}", Priority = i, Placement = new() { SpreadGroup = $"group{i % 2}" } };
            var task = Assert.Single(await store.AddAsync([new DistributedTask { Id = $"task{i}", Request = request, RequestedAt = now, ExpiresAt = now.AddHours(1) }], default));
            if (i % 4 > 0)
            {
                task = TaskTurns.Assign(task, new NodeStatus { Name = $"node{i}", State = NodeState.Alive, HeardAt = now }, now, TimeSpan.Zero);
                await store.UpdateAsync([task], null, default);
            }

            if (i % 4 > 1)
            {
                await store.UpdateAsync([task with { Revision = task.Revision + 1, State = i % 4 == 2 ? TaskState.Completed : TaskState.DeadLetter, EndedAt = now.AddSeconds(i), Detail = "It is over." }], null, default);
            }
        }

        await store.TrimAsync(now.AddSeconds(3), 1_000, 1, default);
    }

    /// <summary>What it was before it was brought up.</summary>
    public static string Earlier => FrozenFile.Read("sqlite-3.sql").Text;

    /// <summary>All that can be asked of it, as text; and what its audit says of itself.</summary>
    public static async Task<(string Answers, string Audit, IReadOnlyList<string> Problems)> ReadAsync(ControlStore store)
    {
        var upgrades = await store.Upgrades.ReadNewestAsync(null, 1000, default);
        var answers = new List<object?>
        {
            upgrades,
            await store.Upgrades.ReadRunningAsync(default),
            (await store.Upgrades.CountAsync(default)).OrderBy(one => one.Key).Select(one => $"{one.Key} {one.Value}").ToList(),
            await store.Upgrades.ReadLineStopAsync(default),
            (await store.Leases.ReadHeadsAsync(default)).Select(head => $"{head}").ToList(),
            await store.Leases.ReadAllAsync(default),
            await store.Components.ReadAllAsync(default),
            await store.Nodes.ReadAllAsync(default),
            await store.RollbackPoints.ReadPointsAsync(null, default),
            await store.Tokens.ReadAllAsync(default),
            await store.KeyedRequests.BeginAsync(s_key, default),
            await store.Tasks.ReadNewestAsync(new TaskFilter(null, 1000), default),
            (await store.Tasks.CountAsync(default)).Select(count => $"{count}").ToList(),
            (await store.Tasks.CountAssignedAsync(default)).Select(count => $"{count}").ToList(),
            (await store.Tasks.ReadLanesAsync("", 1000, default)).Select(lane => lane.Name).ToList(),
            (await store.Tasks.ReadDueAsync(DateTimeOffset.MaxValue, 1000, default)).Select(task => task.Id).ToList(),
        };
        foreach (var id in Enumerable.Range(0, 12).Select(i => $"more{i}").Concat(["completed", "rolled-back", "in-progress"]))
        {
            answers.Add(await store.Upgrades.FindAsync(id, default));
            answers.Add(await store.Leases.FindAsync(id, default));
        }

        foreach (var component in Enumerable.Range(0, 12).Select(i => $"component{i}").Concat(["prices", "taxes", "stock"]))
        {
            answers.Add((await store.Upgrades.ReadLandedAsync(component, null, 100, default)).Select(one => one.Id).ToList());
            answers.Add(await store.Components.ReadHistoryAsync(component, 100, default));
        }

        for (var i = 0; i < 12; i++)
        {
            answers.Add(await store.Tokens.FindAsync($"t{i}", default));
        }

        var audit = await store.Audit.ReadAsync(null, 10_000, null, default);
        var verified = await store.Audit.VerifyAsync(null, default);
        return (JsonSerializer.Serialize(answers), JsonSerializer.Serialize(audit), verified.Problems);
    }
}
