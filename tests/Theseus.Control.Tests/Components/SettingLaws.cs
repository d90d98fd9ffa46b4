using NuGet.Versioning;

namespace Theseus.Control.Tests.Components;

/// <summary>What operators settle for components.</summary>
public sealed class SettingLaws
{
    private static readonly CancellationToken none = CancellationToken.None;

    [Fact]
    public async Task WhatIsNotNamedStaysAsItIsAndTheRecordTellsWhatIsDifferent()
    {
        var store = new MemoryStore();
        var registry = await Parts.OpenAsync(store);
        await registry.RegisterAsync(Parts.Of("prices") with { Labels = Labels(("team", "shop"), ("old", "1")) }, "Test.", none);

        var result = await registry.SetAsync(
            "prices",
            new() { Criticality = Criticality.High, Labels = new Dictionary<string, string?> { ["tier"] = "1", ["old"] = null }, Pinned = Range("[1.0.0, 2.0.0)") },
            "anna",
            "it sells",
            none);

        Assert.Equal(RegistryOutcome.Saved, result.Outcome);
        var found = (await Parts.OpenAsync(store)).Find("prices")!;
        Assert.Equal(Criticality.High, found.Criticality);
        Assert.Equal(Labels(("team", "shop"), ("tier", "1")), found.Labels);
        Assert.Equal(("[1.0.0, 2.0.0)", true), (found.Pinned!.ToNormalizedString(), found.IsHotSwappable));
        var entry = Assert.Single(store.Entries);
        Assert.Equal(("anna", "component prices", "it sells"), (entry.Who, entry.Subject, entry.Why));
        Assert.Equal("Medium; held to no versions; label old=1; no label tier", entry.From);
        Assert.Equal("High; held to [1.0.0, 2.0.0); no label old; label tier=1", entry.To);
        Assert.Single(await registry.ReadHistoryAsync("prices", 10, none));
    }

    [Fact]
    public async Task BlockedVersionsAreAddedAndTakenOutOneByOne()
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"));

        await registry.SetAsync("prices", new() { Block = [Range("[1.5.0]"), Range("[1.6.0]")] }, "anna", "", none);
        await registry.SetAsync("prices", new() { Block = [Range("[1.7.0]")], Unblock = [Range("[1.5.0]"), Range("[9.0.0]")] }, "anna", "", none);

        Assert.Equal(["[1.6.0, 1.6.0]", "[1.7.0, 1.7.0]"], registry.Find("prices")!.Blocked.Select(one => one.ToNormalizedString()));
    }

    [Fact]
    public async Task WhatIsSoAlreadyIsNotSavedAndNotOnRecord()
    {
        var store = new MemoryStore();
        var registry = await Parts.OpenAsync(store);
        await registry.RegisterAsync(Parts.Of("prices"), "Test.", none);
        var change = new ComponentChange
        {
            Criticality = Criticality.Low, Labels = new Dictionary<string, string?> { ["team"] = "shop", ["none"] = null }, IsHotSwappable = true, Pinned = Range("[1.0.0]"), Block = [Range("[2.0.0]")],
        };
        await registry.SetAsync("prices", change, "anna", "", none);

        var again = await registry.SetAsync("prices", change, "anna", "", none);

        Assert.Equal(RegistryOutcome.Unchanged, again.Outcome);
        Assert.Single(store.Entries);
        Assert.Equal(2, registry.Find("prices")!.Revision);
    }

    [Fact]
    public async Task TwoOperatorsAtOnceBothHaveTheirWay()
    {
        var store = new MemoryStore();
        var (here, there) = (await Parts.OpenAsync(store), await Parts.OpenAsync(store));
        await here.RegisterAsync(Parts.Of("prices"), "Test.", none);
        store.BeforeNextSave = () => there.SetAsync("prices", new() { Labels = new Dictionary<string, string?> { ["b"] = "2" } }, "bert", "", none);

        await here.SetAsync("prices", new() { Labels = new Dictionary<string, string?> { ["a"] = "1" } }, "anna", "", none);

        Assert.Equal(Labels(("a", "1"), ("b", "2")), here.Find("prices")!.Labels);
        Assert.Equal([("bert", "label b=2"), ("anna", "label a=1")], store.Entries.Select(one => (one.Who, one.To)));
    }

    [Fact]
    public async Task AComponentThatThereIsNotAndFaultsChangeNothing()
    {
        var registry = await Parts.WithAsync(Parts.Of("prices"), Parts.Of("gone"));
        await registry.RemoveAsync("gone", "Test.", none);

        Assert.Equal(RegistryOutcome.NotFound, (await registry.SetAsync("none", new(), "anna", "", none)).Outcome);
        Assert.Equal(RegistryOutcome.NotFound, (await registry.SetAsync("gone", new(), "anna", "", none)).Outcome);
        var faulty = await registry.SetAsync("prices", new() { Labels = new Dictionary<string, string?> { ["white space"] = "1", ["long"] = new string('x', 257) } }, "anna", "", none);
        Assert.Equal((RegistryOutcome.Invalid, 2), (faulty.Outcome, faulty.Problems.Count));
        Assert.Empty(registry.Find("prices")!.Labels);
    }

    private static VersionRange Range(string range) => VersionRange.Parse(range);

    private static Dictionary<string, string> Labels(params (string Key, string Value)[] labels) => labels.ToDictionary(one => one.Key, one => one.Value);
}
