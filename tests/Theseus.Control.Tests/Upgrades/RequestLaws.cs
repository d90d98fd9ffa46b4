using Theseus.Control.Upgrades;

namespace Theseus.Control.Tests.Upgrades;

/// <summary>What a request may hold, as far as it can be told from it alone.</summary>
public sealed class RequestLaws
{
    private static readonly UpgradeRequest good = new()
    {
        Targets = [new("a", "2.0.0"), new("b", "2.0.0-beta.1") { Settings = new Dictionary<string, string> { ["Size"] = "2" } }],
        Parameters = new CanaryParameters(),
        Nodes = ["n1", "n2"],
        RequestedBy = "operator",
        Reason = new string('r', 2_000),
        Key = new string('k', 200),
        RollsBack = "u1",
        Restoring = ["a"],
    };

    public static TheoryData<UpgradeRequest, string> Bad => new()
    {
        { good with { Parameters = new CanaryParameters { Share = 0 } }, "share has to be above 0 and at most 1." },
        { good with { Targets = [], Restoring = [] }, "An upgrade names from 1 to 100 components." },
        { good with { Targets = [.. Enumerable.Range(0, 101).Select(i => new UpgradeTarget($"c{i}", "2.0.0"))], Restoring = [] }, "An upgrade names from 1 to 100 components." },
        { good with { Targets = [new("A/b", "2.0.0")], Restoring = [] }, $"'A/b' is no component's name. {Packaging.ComponentName.Rule}" },
        { good with { Targets = [new("a", "two")] }, "'two' is no version; write it like 1.2.0 or 2.0.0-beta.1." },
        { good with { Targets = [new("a", "2.0.0") { Settings = new Dictionary<string, string> { ["x"] = "1", ["X"] = "2" } }] }, "a: The setting 'x' is given 2 times." },
        { good with { Targets = [new("a", "2.0.0"), new("b", "2.0.0"), new("a", "3.0.0")] }, "'a' is named 2 times; name it once." },
        { good with { RequestedBy = " " }, "Say who asks." },
        { good with { Reason = new string('r', 2_001) }, "The reason has at most 2000 characters." },
        { good with { Key = "" }, "The key has from 1 to 200 characters." },
        { good with { Key = new string('k', 201) }, "The key has from 1 to 200 characters." },
        { good with { Nodes = ["n1", "n2", "n1"] }, "The node 'n1' is named 2 times; name it once." },
        { good with { Restoring = ["a", "c"] }, "'c' is to begin with the state from before, and is none of the components that are named; name it too." },
        { good with { RollsBack = null }, "To begin with the state from before an upgrade, say which one is taken back." },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void WhatIsWrongIsToldWithTheMend(UpgradeRequest request, string fault) => Assert.Equal([fault], RequestRules.Faults(request));

    [Fact]
    public void AGoodRequestHasNoFaults()
    {
        Assert.Empty(RequestRules.Faults(good));
        Assert.Empty(RequestRules.Faults(good with { Key = null, Reason = "", Nodes = [], RollsBack = null, Restoring = [] }));
        Assert.Empty(RequestRules.Faults(good with { Targets = [.. Enumerable.Range(0, 100).Select(i => new UpgradeTarget($"c{i}", "2.0.0"))], Restoring = [] }));
    }

    [Fact]
    public void AllFaultsAreToldAtOnce()
    {
        var faults = RequestRules.Faults(new UpgradeRequest
        {
            Parameters = new GradualParameters { Steps = [], Observe = TimeSpan.FromSeconds(-1) },
            Targets = [new("A", "x"), new("A", "2.0.0") { Settings = new Dictionary<string, string> { [""] = "1" } }],
            RequestedBy = "",
            Reason = new string('r', 2_001),
            Key = "",
            Nodes = ["n1", "n1"],
            Restoring = ["c"],
        });

        Assert.Equal(
            ["observe has", "steps have", "'A' is no", "'x' is no", "'A' is no", "A: A setting's", "'A' is named", "Say who", "The reason", "The key", "The node", "'c' is to", "To begin"],
            faults.Select(fault => string.Join(' ', fault.Split(' ').Take(fault.StartsWith("A:", StringComparison.Ordinal) ? 3 : fault[0] == '\'' ? 3 : 2))));
    }
}
