using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Simulation.Tests.Orders;

/// <summary>Whatever operators order in whatever order, and whatever nodes and the clock do between: the table of states holds.</summary>
public sealed class OrderLaws
{
    private const int Kinds = 25;

    // A check that takes as long as the product lets it would end beside the test's own steps.
    private static readonly TimeSpan s_longestCheck = TimeSpan.FromMinutes(1);
    private static readonly string[] s_components = ["a", "b"];
    private static readonly HashSet<(UpgradeState From, UpgradeState To)> s_gone = [];

    [Fact]
    public void NoSequenceOfOrdersReachesAStateThatTheTableDoesNotHave()
    {
        var step = from kind in Gen.Choose(0, Kinds - 1) from choice in Gen.Choose(0, 10_000) select (kind, choice);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300).WithStartSize(20).WithEndSize(150).WithReplay(7, 11),
            Prop.ForAll(Arb.From(step.ListOf().Select(list => list.ToArray()), Shorter), steps => RunAsync(steps).GetAwaiter().GetResult()));

        // The sequences are rich enough to go every way that the table has, but for one: an upgrade is looked at before the
        // next order is, unless both were waiting.
        var all = Enum.GetValues<UpgradeState>().SelectMany(from => UpgradeStates.After(from), (from, to) => (from, to));
        Assert.Equal([(UpgradeState.Pending, UpgradeState.Cancelled)], all.Except(s_gone));
    }

    /// <summary>The same without a stretch of it, the longest stretches first.</summary>
    private static IEnumerable<(int Kind, int Choice)[]> Shorter((int Kind, int Choice)[] steps)
    {
        for (var length = steps.Length / 2; length > 0; length /= 2)
        {
            for (var at = 0; at + length <= steps.Length; at += length)
            {
                yield return [.. steps[..at], .. steps[(at + length)..]];
            }
        }
    }

    private static async Task RunAsync((int Kind, int Choice)[] steps)
    {
        await using var plane = new Plane(nodes: 2, s_components);
        await plane.SettleAsync();
        var ended = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (kind, choice) in steps)
        {
            if (plane.Store.Known.Any(one => one.State == UpgradeState.Validating && plane.Now - one.Since > s_longestCheck))
            {
                await plane.SettleChecksAsync(null);
            }

            var before = Texts(plane);
            try
            {
                await DoAsync(plane, kind, choice);
                await plane.SettleAsync();
            }
            catch (UpgradeRefusedException)
            {
                await plane.SettleAsync();
                Assert.Equal(before, Texts(plane));
            }

            await CheckAsync(plane, ended);
        }

        await EndAsync(plane);
        await CheckAsync(plane, ended);
        s_gone.UnionWith(plane.Store.Gone);
    }

    private static async Task DoAsync(Plane plane, int kind, int choice)
    {
        var (upgrades, rollback) = (plane.Upgrades, plane.Rollback);
        var known = plane.Store.Known.OrderBy(one => one.Number).ToList();
        // Mostly the newest; now and then an old one, or one that there is not.
        var upgrade = known.Count == 0 || choice % 20 == 0 ? null : known[choice % 5 == 0 ? choice % known.Count : known.Count - 1];
        var (id, node) = (upgrade?.Id ?? "none", plane.Nodes[choice % plane.Nodes.Count]);
        switch (kind)
        {
            case 0 or 1:
                await upgrades.StartAsync(Request(choice), default);
                break;
            case 2:
                await upgrades.PauseAsync(id, "operator", "wait", default);
                break;
            case 3 or 4:
                await upgrades.ResumeAsync(id, "operator", "go on", default);
                break;
            case 5:
                await upgrades.PromoteAsync(id, "operator", "good enough", default);
                break;
            case 6 when choice % 2 == 0:
                await upgrades.CancelAsync(id, "operator", "not now", default);
                break;
            case 7 when choice % 2 == 0:
                await upgrades.RollBackAsync(id, "operator", "back", default);
                break;
            case 8 or 9:
                await upgrades.ApproveAsync(id, choice % 7 == 0 ? "another" : upgrade?.Plan?.Digest ?? "", choice % 11 == 0 ? "operator" : "approver", "fine", default);
                break;
            case 10 when choice % 3 == 0:
                await upgrades.StopTheLineAsync("operator", "it burns", default);
                break;
            case 11:
                await upgrades.RestartTheLineAsync("operator", "it is out", default);
                break;
            case 12:
                await rollback.RollBackAsync(id, "operator", "on demand", default);
                break;
            case 13 when choice % 4 == 0:
                await rollback.RollBackInEmergencyAsync(choice % 8 == 0 ? [] : [s_components[choice % 2]], "operator", "all is lost", default);
                break;
            case 14 or 15 or 16:
                await plane.SettleChecksAsync(choice % 10 == 0 ? "It cannot be." : choice % 11 == 0 ? "" : null);
                break;
            case 17 or 18:
                await plane.GoWellAsync(seconds: choice % 8);
                break;
            case 19:
                node.DoNext();
                plane.Report(node);
                break;
            case 20:
                node.Host.FailsNext = choice % 3 == 0;
                node.Host.IsBad = choice % 7 == 0;
                plane.Report(node);
                break;
            case 21 when choice % 3 == 0:
                node.LoseNext();
                node.Restart();
                plane.Report(node);
                break;
            case 22 or 23:
                await plane.GoWellUntilAsync(() => plane.Store.Known.Any(one => one.State == UpgradeState.Confirming), seconds: 30);
                break;
            case 24 when choice % 20 == 0 && plane.Store.Known.All(one => one.State != UpgradeState.Validating):
                plane.Advance(UpgradeTurns.LongestApproval);
                break;
            default:
                plane.Advance(TimeSpan.FromSeconds(choice % 4 == 0 ? 25 : choice % 4));
                break;
        }
    }

    private static UpgradeRequest Request(int choice)
    {
        string[] components = (choice % 3) switch { 0 => ["a"], 1 => ["b"], _ => s_components };
        var request = Plane.To($"{1 + (choice / 3 % 3)}.0.0", (UpgradeStrategy)(choice / 9 % 5), components);
        return request with
        {
            NeedsApproval = choice / 45 % 3 == 0,
            OnFailure = (FailureAction)(choice / 135 % 3),
            Parameters = request.Parameters with
            {
                MinimumCalls = choice / 405 % 4 == 0 ? 10_000 : 0,
                WhenInconclusive = (InconclusiveWave)(choice / 1620 % 3),
                ShadowFraction = choice % 17 == 0 ? 0.5 : 0,
            },
        };
    }

    /// <summary>Whatever happened: when all is well again and operators want an end, everything ends.</summary>
    private static async Task EndAsync(Plane plane)
    {
        await plane.Upgrades.RestartTheLineAsync("operator", "home", default);
        foreach (var node in plane.Nodes)
        {
            (node.Host.FailsNext, node.Host.IsBad) = (false, false);
        }

        foreach (var upgrade in plane.Store.Known.Where(one => !one.HasEnded).ToList())
        {
            try
            {
                await (upgrade.IsOnNodes ? plane.Upgrades.RollBackAsync(upgrade.Id, "operator", "home", default) : plane.Upgrades.CancelAsync(upgrade.Id, "operator", "home", default));
            }
            catch (UpgradeRefusedException refused)
            {
                Assert.Equal(UpgradeState.RollingBack, upgrade.State);
                Assert.Equal(UpgradeRefusal.WrongState, refused.Refusal);
            }
        }

        await plane.RunToTheEndAsync();
    }

    private static async Task CheckAsync(Plane plane, Dictionary<string, string> ended)
    {
        await plane.CheckAsync();
        foreach (var (id, text) in Texts(plane))
        {
            // Read from the database: what the watching store knows is what there is.
            Assert.Equal(text, Text((await plane.Upgrades.FindAsync(id, default))!));
        }

        foreach (var (id, text) in ended)
        {
            Assert.Equal(text, Texts(plane)[id]);
        }

        foreach (var upgrade in plane.Store.Known.Where(one => one.HasEnded))
        {
            ended.TryAdd(upgrade.Id, Text(upgrade));
        }

        if (await plane.Upgrades.GetLineStopAsync(default) is not null)
        {
            // Nothing goes forward while the line is stopped, but for what takes another one back.
            Assert.DoesNotContain(
                plane.Store.Known,
                one => one.Request.RollsBack is null && one.State is UpgradeState.Preparing or UpgradeState.InProgress or UpgradeState.Confirming);
        }
    }

    private static Dictionary<string, string> Texts(Plane plane) => plane.Store.Known.ToDictionary(one => one.Id, Text);

    private static string Text(UpgradeRecord upgrade) => JsonSerializer.Serialize(upgrade, UpgradeJson.Default.UpgradeRecord);
}
