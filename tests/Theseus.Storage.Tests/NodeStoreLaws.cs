using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Storage.Tests;

/// <summary>A name is one process's at a time, and all control planes on one database agree on whose.</summary>
public sealed class NodeStoreLaws(Stores stores)
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch;

    private static NodeReport Report(string incarnation, long claim = 0, string node = "node1") =>
        new() { Node = node, Incarnation = incarnation, Claim = claim, StartedAt = s_now, Sequence = 1, FailureDomain = "rack1", Labels = new Dictionary<string, string> { ["zone"] = "a" }, Components = [] };

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task TheFirstProcessHasTheNameAndTheNextOnceItHasShownThatItIsAlive(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);

        var first = await database.Nodes.ClaimAsync(Report("p"), s_now, default);
        Assert.Equal((NodeClaimOutcome.Has, 1, "p", "rack1", s_now), (first.Outcome, first.Node.Claim, first.Node.Incarnation, first.Node.FailureDomain, first.Node.JoinedAt));
        var asked = await database.Nodes.ClaimAsync(Report("q"), s_now, default);
        Assert.Equal((NodeClaimOutcome.Offered, 2, "p"), (asked.Outcome, asked.Offer, asked.Node.Incarnation));
        Assert.Equal("p", Assert.Single(await database.Nodes.ReadAllAsync(default)).Incarnation);

        var second = await database.Nodes.ClaimAsync(Report("q", asked.Offer), s_now, default);
        Assert.Equal((NodeClaimOutcome.Has, 2, "q"), (second.Outcome, second.Node.Claim, second.Node.Incarnation));
        // Whatever it reports with, and however late.
        Assert.All(
            await Task.WhenAll(database.Nodes.ClaimAsync(Report("p"), s_now, default), database.Nodes.ClaimAsync(Report("p", 3), s_now, default), database.Nodes.ClaimAsync(Report("p", 99), s_now, default)),
            late => Assert.Equal(NodeClaimOutcome.Lost, late.Outcome));

        await database.ReopenAsync();
        var kept = Assert.Single(await database.Nodes.ReadAllAsync(default));
        Assert.Equal((2, "q", "a"), (kept.Claim, kept.Incarnation, kept.Labels["zone"]));
        Assert.Equal(NodeClaimOutcome.Lost, (await database.Nodes.ClaimAsync(Report("p"), s_now, default)).Outcome);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task WhatADeadProcessSaidTakesNoNameAwayHoweverLateItComes(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await database.Nodes.ClaimAsync(Report("p"), s_now, default);
        // Both were offered the second claim; one of them died since, and its words come first, and last.
        Assert.Equal(NodeClaimOutcome.Has, (await database.Nodes.ClaimAsync(Report("dead", 2), s_now, default)).Outcome);
        var lives = await database.Nodes.ClaimAsync(Report("lives", 2), s_now, default);
        Assert.Equal((NodeClaimOutcome.Offered, 3), (lives.Outcome, lives.Offer));
        Assert.Equal(NodeClaimOutcome.Has, (await database.Nodes.ClaimAsync(Report("lives", 3), s_now, default)).Outcome);

        Assert.Equal(NodeClaimOutcome.Lost, (await database.Nodes.ClaimAsync(Report("dead", 2), s_now, default)).Outcome);
        Assert.Equal((NodeClaimOutcome.Offered, 4), (await database.Nodes.ClaimAsync(Report("never heard of", 2), s_now, default)) is var late ? (late.Outcome, late.Offer) : default);
        Assert.Equal("lives", Assert.Single(await database.Nodes.ReadAllAsync(default)).Incarnation);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task OfManyWhoClaimANameAtOnceOneHasIt(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await using var other = await ControlStore.OpenAsync(database.Address, null, default);

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? database.Nodes : other.Nodes).ClaimAsync(Report($"p{i}"), s_now, default))));

        var has = Assert.Single(claims, claim => claim.Outcome == NodeClaimOutcome.Has);
        Assert.Equal(has.Node.Incarnation, Assert.Single(await other.Nodes.ReadAllAsync(default)).Incarnation);
        Assert.All(claims, claim => Assert.Equal(has.Node.Incarnation, claim.Node.Incarnation));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task ClaimsAreForgottenAfterAHundredAndWhoHadOneOfThoseHasLostItAllTheSame(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        for (var claim = 1; claim <= NodeClaims.Kept + 2; claim++)
        {
            Assert.Equal(NodeClaimOutcome.Has, (await database.Nodes.ClaimAsync(Report($"p{claim}", claim), s_now, default)).Outcome);
        }

        Assert.Equal(NodeClaimOutcome.Lost, (await database.Nodes.ClaimAsync(Report("p1", 1), s_now, default)).Outcome);
        Assert.Equal(NodeClaimOutcome.Lost, (await database.Nodes.ClaimAsync(Report("p3", 3), s_now, default)).Outcome);
        await database.MeddleAsync("DELETE FROM node_claims WHERE claim > 2");
        Assert.Equal(NodeClaimOutcome.Offered, (await database.Nodes.ClaimAsync(Report("p3", 3), s_now, default)).Outcome);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task AnOrderIsOnRecordOrChangesNothing(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await database.Nodes.ClaimAsync(Report("p"), s_now, default);

        var drained = await database.Nodes.ChangeAsync("node1", node => node! with { IsDraining = true }, Sample.Entry("drained", "node/node1"), default);
        Assert.True(drained!.IsDraining);
        await Assert.ThrowsAsync<InvalidOperationException>(() => database.Nodes.ChangeAsync("node1", _ => throw new InvalidOperationException("no"), Sample.Entry("refused"), default));
        Assert.Equal(drained.Claim, (await database.Nodes.ChangeAsync("node1", _ => null, Sample.Entry("nothing"), default))!.Claim);
        Assert.Null(await database.Nodes.ChangeAsync("other", node => node, Sample.Entry("unknown"), default));

        Assert.True(Assert.Single(await database.Nodes.ReadAllAsync(default)).IsDraining);
        Assert.Equal(["drained"], (await database.Audit.ReadAsync(null, 10, null, default)).Select(record => record.Entry.Why));
        // What operators want outlives a restart of the node.
        Assert.True((await database.Nodes.ClaimAsync(Report("q", 2), s_now, default)).Node.IsDraining);
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task AProcessOfARemovedNodeHasLostItsNameAndOneThatStartsLaterMakesItANodeAgain(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        await database.Nodes.ClaimAsync(Report("p"), s_now, default);
        await database.Nodes.ChangeAsync("node1", node => node! with { IsRemoved = true, IsDraining = true }, Sample.Entry("removed"), default);

        Assert.Equal(NodeClaimOutcome.Lost, (await database.Nodes.ClaimAsync(Report("p"), s_now, default)).Outcome);
        Assert.Equal(NodeClaimOutcome.Offered, (await database.Nodes.ClaimAsync(Report("q"), s_now, default)).Outcome);
        var back = await database.Nodes.ClaimAsync(Report("q", 2), s_now, default);

        Assert.Equal((NodeClaimOutcome.Has, false, false), (back.Outcome, back.Node.IsRemoved, back.Node.IsDraining));
    }

    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task NodesAreReadByNameWhateverTheirNamesAre(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        string[] names = ["a!", "a", "Z", "ä\0", "a\"b"];
        foreach (var name in names)
        {
            await database.Nodes.ClaimAsync(Report("p", node: name), s_now, default);
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), (await database.Nodes.ReadAllAsync(default)).Select(node => node.Name));
    }
}
