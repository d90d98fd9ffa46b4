using Theseus.Control.Distribution;

namespace Theseus.Storage.Tests;

public sealed class TaskStoreLaws(Stores stores)
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000);

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task WhatIsStoredIsReadBackAfterTheDatabaseWasClosedWhateverIsInIt(StoreKind kind)
    {
        const string Text = "it's \"broken\" \\ \u0000 \u0001 \r\n $1 {0} \u00e4 \U0001F525";
        await using var database = await stores.OpenAsync(kind);
        var request = Ask("k", Text) with
        {
            Payload = Text,
            Priority = -3,
            Key = Text,
            Part = "1/2",
            Backoff = new TaskBackoff(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(9)),
            Placement = new TaskPlacement { Nodes = [Text], Labels = new Dictionary<string, string> { [Text] = Text }, SpreadGroup = Text, WhenGone = WhenNodesAreGone.End },
        };
        var added = Assert.Single(await database.Tasks.AddAsync([New("t1", request)], default));
        var given = Given(added, Text) with { Incarnation = Text, IncarnationStartedAt = s_now, Detail = Text, Result = Text };
        Assert.Equal(["t1"], await database.Tasks.UpdateAsync([given], null, default));

        await database.ReopenAsync();

        Assert.Equal(Json(given), Json(Assert.Single(await database.Tasks.FindAsync(["t1"], default))));
        Assert.Equal(Json(given), Json(Assert.Single(await database.Tasks.ReadAssignedAsync(Text, Text, 10, default))));
        Assert.Equal([new AssignedCount(Text, Text, 1)], await database.Tasks.CountAssignedAsync(default));
        Assert.Single(await database.Tasks.ReadNewestAsync(new TaskFilter(null, 10) { Node = Text, Kind = "k", State = TaskState.Assigned }, default));
        Assert.Equal("t1", Assert.Single(await database.Tasks.AddAsync([New("t2", request)], default)).Id);
        Assert.Empty(await database.Tasks.FindAsync([Text], default));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task ManyAreAddedAtOnceInTheirOrderAllOrNone(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var first = await database.Tasks.AddAsync([.. Enumerable.Range(0, 500).Select(i => New($"a{i:000}"))], default);

        Assert.Equal(first.Select(task => task.Number).Order(), first.Select(task => task.Number));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"a{i:000}"), first.Select(task => task.Id));
        var other = Ask("k") with { Key = "key", Payload = "one" };
        await database.Tasks.AddAsync([New("b", other)], default);
        var refused = await Assert.ThrowsAsync<TaskRefusedException>(() => database.Tasks.AddAsync([New("c"), New("d", other with { Payload = "another" })], default));
        Assert.Equal(TaskRefusal.KeyReused, refused.Refusal);
        Assert.Equal([new TaskCount("k", TaskState.Queued, 501)], await database.Tasks.CountAsync(default));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task UnderOneKeyAnAskerHasOneTaskEachPart(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await using var other = await ControlStore.OpenAsync(database.Address, null, default);
        DistributedTask[] Parts(int round) => [.. Enumerable.Range(0, 3).Select(i => New($"r{round}-{i}", Ask("k") with { Key = "key", Part = $"{i}/3" }))];

        var asked = await Task.WhenAll(Enumerable.Range(0, 12).Select(round => Task.Run(() => (round % 2 == 0 ? database.Tasks : other.Tasks).AddAsync(Parts(round), default))));

        Assert.All(asked, one => Assert.Equal(asked[0].Select(task => task.Id), one.Select(task => task.Id)));
        var stranger = Assert.Single(await database.Tasks.AddAsync([New("x", Ask("k", "another") with { Key = "key", Part = "0/3" })], default));
        Assert.Equal("x", stranger.Id);
        var requests = Parts(99).Select(task => task.Request).Append(Ask("k") with { Key = "unknown" }).Append(Ask("k")).ToList();
        Assert.Equal(asked[0].Select(task => task.Id).Order(), (await database.Tasks.FindByKeyAsync(requests, default)).Select(task => task.Id).Order());
        await Assert.ThrowsAsync<TaskRefusedException>(() => database.Tasks.FindByKeyAsync([requests[0] with { Payload = "other" }], default));
        Assert.Equal(4, Assert.Single(await database.Tasks.CountAsync(default)).Count);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task OfSeveralWhoChangeATaskOneDoes(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await using var other = await ControlStore.OpenAsync(database.Address, null, default);
        var added = await database.Tasks.AddAsync([.. Enumerable.Range(0, 40).Select(i => New($"t{i}"))], default);

        var changed = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => (i % 2 == 0 ? database.Tasks : other.Tasks).UpdateAsync([.. (i % 3 == 0 ? added : added.Reverse()).Select(task => Given(task, $"n{i}"))], null, default))));

        Assert.Equal(40, changed.Sum(one => one.Count));
        foreach (var task in await database.Tasks.FindAsync([.. added.Select(task => task.Id)], default))
        {
            Assert.Contains(task.Id, changed[int.Parse(task.Node![1..], null)]);
            Assert.Equal(2, task.Revision);
        }
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task AnOrderIsOnRecordWithItsChangeAndATasksOwnWayIsNot(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var task = Assert.Single(await database.Tasks.AddAsync([New("t")], default));
        var cancelled = TaskTurns.Cancelled(task, s_now, "operator", "")!;

        await database.Tasks.UpdateAsync([cancelled], Sample.Entry("cancelled", "task t"), default);
        await database.Tasks.UpdateAsync([cancelled], Sample.Entry("too late", "task t"), default);

        Assert.Equal("cancelled", Assert.Single(await database.Audit.ReadAsync(null, 10, null, default)).Entry.Why);
        Assert.Empty((await database.Audit.VerifyAsync(null, default)).Problems);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task ClaimsGoByPriorityThenAgeWithinTheLimitsOfEachNode(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await database.Tasks.AddAsync(
            [.. Enumerable.Range(0, 6).Select(i => New($"low{i}")), .. Enumerable.Range(0, 6).Select(i => New($"high{i}", Ask("k") with { Priority = 5 })), New("other", Ask("unknown") with { Priority = 9 })], default);

        var first = await database.Tasks.ClaimAsync(Chooser(new() { MostAtOnce = 4 }, ("n1", 3), ("n2", 5)), default);
        var then = await database.Tasks.ClaimAsync(Chooser(new(), ("n1", 3), ("n2", 5)), default);
        var full = await database.Tasks.ClaimAsync(Chooser(new(), ("n1", 3), ("n2", 5)), default);

        Assert.Equal(["high0", "high1", "high2", "high3"], first.Select(task => task.Id));
        Assert.Equal(["high4", "high5", "low0", "low1"], then.Select(task => task.Id));
        Assert.Empty(full);
        Assert.All(first.Concat(then), task => Assert.Equal((1, TaskState.Assigned), (task.Attempt, task.State)));
        Assert.Equal([new AssignedCount("n1", "i", 3), new AssignedCount("n2", "i", 5)], await database.Tasks.CountAssignedAsync(default));
        Assert.Equal(["k", "unknown"], (await database.Tasks.ReadLanesAsync("", 10, default)).Select(lane => lane.Name));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task TwoWhoRaceToClaimGiveEachTaskOnceAndKeepTheLimits(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await using var other = await ControlStore.OpenAsync(database.Address, null, default);
        await database.Tasks.AddAsync([.. Enumerable.Range(0, 300).Select(i => New($"t{i}"))], default);
        TaskDistributorOptions options = new() { MostAssigned = 120, MostAtOnce = 7 };

        async Task<List<DistributedTask>> ClaimAllAsync(ITaskStore store)
        {
            var all = new List<DistributedTask>();
            while (await store.ClaimAsync(Chooser(options, ("n1", 50), ("n2", 100)), default) is { Count: > 0 } given)
            {
                all.AddRange(given);
            }

            return all;
        }

        var claimed = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => ClaimAllAsync(i % 2 == 0 ? database.Tasks : other.Tasks))));

        var ids = claimed.SelectMany(one => one).Select(task => task.Id).ToList();
        Assert.Equal(120, ids.Count);
        Assert.Equal(120, ids.Distinct().Count());
        var counts = await database.Tasks.CountAssignedAsync(default);
        Assert.Equal(120, counts.Sum(one => one.Count));
        Assert.True(counts.Single(one => one.Node == "n1").Count <= 50);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task LanesAreGoneThroughOneAfterAnother(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var placements = Enumerable.Range(0, 7).Select(i => new TaskPlacement { Labels = new Dictionary<string, string> { ["zone"] = $"z{i}" } }).Append(new TaskPlacement { Nodes = [new string('n', 190), "\u0000"] });
        await database.Tasks.AddAsync([.. placements.SelectMany((placement, i) => Enumerable.Range(0, 3).Select(j => New($"t{i}-{j}", Ask("k") with { Placement = placement })))], default);

        var (seen, after) = (new List<TaskLane>(), "");
        while (await database.Tasks.ReadLanesAsync(after, 3, default) is { Count: > 0 } some)
        {
            Assert.True(some.Count <= 3);
            seen.AddRange(some);
            after = some[^1].Name;
        }

        Assert.Equal(8, seen.Count);
        Assert.Equal(8, seen.DistinctBy(lane => lane.Name).Count());
        Assert.All(seen, lane => Assert.Equal(lane.Name, TaskLanes.Of(Ask(lane.Kind) with { Placement = lane.Placement })));
        Assert.All(seen, lane => Assert.Equal(3, database.Tasks.ReadQueuedAsync(lane.Name, 10, default).GetAwaiter().GetResult().Count));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task WhatWaitsForItsTimeIsNotClaimedAndIsLookedAtWhenItComes(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var task = Assert.Single(await database.Tasks.AddAsync([New("t")], default));
        var later = task with { Revision = 2, NotBefore = s_now + TimeSpan.FromSeconds(1) + TimeSpan.FromTicks(1) };
        await database.Tasks.UpdateAsync([later], null, default);

        Assert.Empty(await database.Tasks.ClaimAsync(Chooser(new(), ("n1", 1)), default));
        Assert.Empty(await database.Tasks.ReadDueAsync(s_now + TimeSpan.FromSeconds(1), 10, default));
        Assert.Equal("t", Assert.Single(await database.Tasks.ReadDueAsync(later.NotBefore!.Value, 10, default)).Id);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task GroupsAreSpreadOverFailureDomainsByWhatIsStored(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var request = Ask("k") with { Placement = new TaskPlacement { SpreadGroup = "g" } };
        await database.Tasks.AddAsync([.. Enumerable.Range(0, 4).Select(i => New($"t{i}", request))], default);

        var given = new List<DistributedTask>();
        for (var i = 0; i < 4; i++)
        {
            given.AddRange(await database.Tasks.ClaimAsync(Chooser(new() { MostAtOnce = 1 }, ("n1", 9), ("n2", 9), ("m1", 9)), default));
        }

        // The failure domain is the name's first letter: two nodes of one, and one of another.
        Assert.Equal([2, 2], given.GroupBy(task => task.Node![0]).Select(domain => domain.Count()));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task EndedTasksGoAfterTheirTimeOrBeyondTheirNumberAndStayCounted(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var tasks = await database.Tasks.AddAsync([.. Enumerable.Range(0, 10).Select(i => New($"t{i}"))], default);
        await database.Tasks.UpdateAsync([.. tasks.Take(8).Select((task, i) => task with { Revision = 2, State = TaskState.Completed, EndedAt = s_now + TimeSpan.FromMinutes(i) })], null, default);

        Assert.Equal(2, await database.Tasks.TrimAsync(s_now + TimeSpan.FromMinutes(2), 100, 10, default));
        Assert.Equal(1, await database.Tasks.TrimAsync(s_now, 3, 1, default));
        Assert.Equal(2, await database.Tasks.TrimAsync(s_now, 3, 10, default));
        Assert.Equal(0, await database.Tasks.TrimAsync(s_now, 3, 10, default));

        Assert.Equal(["t9", "t8", "t7", "t6", "t5"], (await database.Tasks.ReadNewestAsync(new TaskFilter(null, 10), default)).Select(task => task.Id));
        Assert.Equal([new TaskCount("k", TaskState.Queued, 2), new TaskCount("k", TaskState.Completed, 8)], await database.Tasks.CountAsync(default));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task AListIsReadInPartsByStateKindAndNode(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var tasks = await database.Tasks.AddAsync([.. Enumerable.Range(0, 9).Select(i => New($"t{i}", Ask(i % 2 == 0 ? "even" : "odd")))], default);
        await database.Tasks.UpdateAsync([.. tasks.Where((_, i) => i < 4).Select((task, i) => Given(task, $"n{i % 2}"))], null, default);

        async Task<List<string>> ReadAsync(TaskFilter filter)
        {
            var all = new List<string>();
            while (await database.Tasks.ReadNewestAsync(filter, default) is { Count: > 0 } part)
            {
                all.AddRange(part.Select(task => task.Id));
                filter = filter with { Before = part[^1].Number };
            }

            return all;
        }

        Assert.Equal(Enumerable.Range(0, 9).Reverse().Select(i => $"t{i}"), await ReadAsync(new TaskFilter(null, 2)));
        Assert.Equal(["t8", "t6", "t4", "t2", "t0"], await ReadAsync(new TaskFilter(null, 2) { Kind = "even" }));
        Assert.Equal(["t3", "t1"], await ReadAsync(new TaskFilter(null, 2) { Node = "n1" }));
        Assert.Equal(["t8", "t6", "t4"], await ReadAsync(new TaskFilter(null, 2) { Kind = "even", State = TaskState.Queued }));
    }

    private static TaskRequest Ask(string kind, string who = "operator") => new() { Kind = kind, RequestedBy = who };

    private static DistributedTask New(string id, TaskRequest? request = null) =>
        new() { Id = id, Request = request ?? Ask("k"), RequestedAt = s_now, ExpiresAt = s_now + TimeSpan.FromHours(1) };

    private static DistributedTask Given(DistributedTask task, string node) =>
        TaskTurns.Assign(task, new NodeStatus { Name = node, State = NodeState.Alive, HeardAt = s_now }, s_now, TimeSpan.Zero);

    private static TaskChooser Chooser(TaskDistributorOptions options, params (string Name, int Slots)[] nodes) => new(
        [
            .. nodes.Select(node => new NodeStatus
            {
                Name = node.Name,
                State = NodeState.Alive,
                HeardAt = s_now,
                Report = new() { Node = node.Name, Incarnation = "i", StartedAt = s_now, Sequence = 1, FailureDomain = node.Name[..1], TaskKinds = ["k"], TaskSlots = node.Slots, Components = [] },
            }),
        ],
        "",
        options,
        s_now);

    private static string Json(DistributedTask task) => System.Text.Json.JsonSerializer.Serialize(task, TaskJson.Default.DistributedTask);
}
