using System.Text.Json;
using Theseus.Control.Upgrades;
using Theseus.Fleet;

namespace Theseus.Storage.Tests;

public sealed class UpgradeStoreLaws(Stores stores)
{
    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task WhatIsStoredIsReadBackAfterTheDatabaseWasClosed(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var added = await database.Upgrades.AddAsync(Sample.Upgrade("u1", "a", "b"), Sample.Entry("asked for"), default);
        var plan = new UpgradePlan
        {
            Moves = [new UpgradeMove("a", new ReleaseId("1.0.0", "aa"), new ReleaseId("2.0.0", "bb"))],
            Strategy = UpgradeStrategy.Canary,
            Waves = [new PlanWave { Name = "canary", Component = "a", Prepare = ["n1"], Activate = [new PlanStep("n1", 0.5)], Observe = TimeSpan.FromMinutes(1), MinimumCalls = 3 }],
            OnFailure = Control.FailureAction.RollBack,
            WhenInconclusive = InconclusiveWave.Pause,
            PrepareDeadline = TimeSpan.FromMinutes(1),
            ActivateDeadline = TimeSpan.FromMinutes(1),
            SettleDeadline = TimeSpan.FromMinutes(1),
        };
        added = added with { Revision = 2, State = UpgradeState.Validating, Plan = plan, Verdicts = [new WaveVerdict(0, WaveJudgement.Pass, "rule", "evidence")] };
        await database.Upgrades.UpdateAsync(added, Sample.Entry("planned"), [], default);
        await database.Upgrades.WriteLineStopAsync("smoke", Sample.Entry("stopped", "line"), default);

        await database.ReopenAsync();
        var read = await database.Upgrades.FindAsync("u1", default);

        Assert.Equal(Json(added), Json(read!));
        Assert.Equal(added.Plan!.Digest, read!.Plan!.Digest);
        Assert.Equal("u1", Assert.Single(await database.Upgrades.ReadRunningAsync(default)).Id);
        Assert.Equal("smoke", await database.Upgrades.ReadLineStopAsync(default));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task AComponentIsInOneUpgradeAtATimeAndFreeAfterItsEnd(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var store = database.Upgrades;
        var first = await store.AddAsync(Sample.Upgrade("u1", "a", "b"), Sample.Entry("first"), default);

        var conflict = await Assert.ThrowsAsync<UpgradeConflictException>(() => store.AddAsync(Sample.Upgrade("u2", "c", "b"), Sample.Entry("second"), default));

        Assert.Equal("u1", conflict.Upgrade);
        // All or nothing: the component that was free has not been taken.
        await store.AddAsync(Sample.Upgrade("u3", "c"), Sample.Entry("third"), default);
        await store.UpdateAsync(first with { Revision = 2, State = UpgradeState.Cancelled }, Sample.Entry("cancelled"), [], default);
        var second = await store.AddAsync(Sample.Upgrade("u4", "b"), Sample.Entry("fourth"), default);
        Assert.True(second.Number > first.Number);
        Assert.True(second.Fence > (first with { Turn = 1000 }).Fence);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task OfTwoWritersOneLosesAndLeavesNothing(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var store = database.Upgrades;
        var first = await store.AddAsync(Sample.Upgrade("u1", "a"), Sample.Entry("first"), default);
        await store.UpdateAsync(first with { Revision = 2, State = UpgradeState.Validating }, Sample.Entry("one"), [], default);

        await Assert.ThrowsAsync<UpgradeConflictException>(() => store.UpdateAsync(first with { Revision = 2, State = UpgradeState.Cancelled }, Sample.Entry("other"), [], default));

        Assert.Equal(UpgradeState.Validating, (await store.FindAsync("u1", default))!.State);
        Assert.DoesNotContain(await database.Audit.ReadAsync(null, 10, null, default), record => record.Entry.Why == "other");
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task ANumberIsAboveThatOfEveryUpgradeBeforeAndNotBelowTheOneAskedFor(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var store = database.Upgrades;
        var numbers = new List<long>();
        foreach (var (component, least) in new[] { ("a", 0L), ("b", 0L), ("c", 40L), ("d", 7L) })
        {
            numbers.Add((await store.AddAsync(Sample.Upgrade(component, component) with { Number = least }, Sample.Entry(component), default)).Number);
        }

        Assert.Equal([1, 2, 40, 41], numbers);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task UnderOneKeyAnAskerBeginsOneUpgrade(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var store = database.Upgrades;
        var first = await store.AddAsync(WithKey("u1", "k", "a"), Sample.Entry("first"), default);

        var again = await store.AddAsync(WithKey("u2", "k", "a"), Sample.Entry("second"), default);

        Assert.Equal(Json(first), Json(again));
        Assert.DoesNotContain(await database.Audit.ReadAsync(null, 10, null, default), record => record.Entry.Why == "second");
        var reused = await Assert.ThrowsAsync<UpgradeConflictException>(() => store.AddAsync(WithKey("u3", "k", "b"), Sample.Entry("third"), default));
        Assert.True(reused.IsKeyReused);
        var other = WithKey("u4", "k", "b");
        var others = await store.AddAsync(other with { Request = other.Request with { RequestedBy = "another" } }, Sample.Entry("fourth"), default);
        Assert.Equal("u4", others.Id);
        Assert.Equal(2, (await store.CountAsync(default))[UpgradeState.Pending]);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task ManyWhoWriteAtOnceOnTwoConnectionsGetNumbersOfTheirOwnAndLeaveAWholeChain(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await using var other = await ControlStore.OpenAsync(database.Address, null, default);

        var added = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(
            () => (i % 2 == 0 ? database.Upgrades : other.Upgrades).AddAsync(Sample.Upgrade($"u{i}", $"c{i}"), Sample.Entry("asked", $"u{i}"), default))));

        Assert.Equal(Enumerable.Range(1, 60).Select(number => (long)number), added.Select(one => one.Number).Order());
        var audit = await database.Audit.VerifyAsync(null, default);
        Assert.Equal((60, 0), (audit.Records, audit.Problems.Count));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task OfManyWhoAskForOneComponentAtOnceOneGetsIt(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await using var other = await ControlStore.OpenAsync(database.Address, null, default);

        var asked = Enumerable.Range(0, 20).Select(i => Task.Run(
            () => (i % 2 == 0 ? database.Upgrades : other.Upgrades).AddAsync(Sample.Upgrade($"u{i}", "a"), Sample.Entry("asked", $"u{i}"), default))).ToList();
        await Assert.ThrowsAsync<UpgradeConflictException>(() => Task.WhenAll(asked));

        var winner = await Assert.Single(asked, one => one.IsCompletedSuccessfully);
        Assert.All(asked.Where(one => one.IsFaulted), one => Assert.Equal(winner.Id, Assert.IsType<UpgradeConflictException>(one.Exception!.InnerException).Upgrade));
        Assert.Equal(winner.Id, Assert.Single(await database.Upgrades.ReadRunningAsync(default)).Id);
        Assert.Equal(1, (await database.Audit.VerifyAsync(null, default)).Records);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task TextComesBackAsItWasWhateverIsInIt(StoreKind kind)
    {
        const string Text = "it's \"broken\" \\ \u0000 \u0001 \r\n $1 {0} \u00e4 \U0001F525";
        await using var database = await stores.OpenAsync(kind);
        var upgrade = WithKey("u1", Text, "a");
        await database.Upgrades.AddAsync(upgrade, Sample.Entry(Text, Text), default);
        await database.Upgrades.WriteLineStopAsync(Text, Sample.Entry("stopped", "line"), default);

        await database.ReopenAsync();

        Assert.Equal(Text, await database.Upgrades.ReadLineStopAsync(default));
        Assert.Equal("u1", (await database.Upgrades.FindByKeyAsync(upgrade.Request, default))?.Id);
        Assert.Equal((Text, Text), Assert.Single(await database.Audit.ReadAsync(null, 10, Text, default)) is var record ? (record.Entry.Subject, record.Entry.Why) : default);
        Assert.Empty((await database.Audit.VerifyAsync(null, default)).Problems);
    }

    private static UpgradeRecord WithKey(string id, string key, string component)
    {
        var upgrade = Sample.Upgrade(id, component);
        return upgrade with { Request = upgrade.Request with { Key = key } };
    }

    private static string Json(UpgradeRecord record) => JsonSerializer.Serialize(record, UpgradeJson.Default.UpgradeRecord);
}
