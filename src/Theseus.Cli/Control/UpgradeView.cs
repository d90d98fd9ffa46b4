using System.Globalization;
using Spectre.Console;
using Theseus.Control.Upgrades;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary>Shows upgrades to people.</summary>
internal static class UpgradeView
{
    public static void ShowPlan(UpgradePlanView view, Output output)
    {
        if (view.Text is not null)
        {
            output.Line(view.Text);
        }

        foreach (var problem in view.Problems)
        {
            output.Line(problem, new(Color.Red));
        }

        foreach (var finding in view.Findings)
        {
            output.Line(finding, new(Color.Yellow));
        }

        output.Line(view.Problems.Count == 0 ? "It is possible." : "It is not possible.", new(view.Problems.Count == 0 ? Color.Green : Color.Red));
    }

    public static void ShowList(IReadOnlyList<UpgradeRecord> upgrades, Output output)
    {
        if (upgrades.Count == 0)
        {
            output.Line("No upgrade is on record.");
            return;
        }

        output.Table(
            ["Number", "Id", "Asked for", "By", "What", "Strategy", "State", "Detail"],
            upgrades.Select(one => (IReadOnlyList<string>)
            [
                one.Number.ToString(CultureInfo.InvariantCulture),
                one.Id,
                Output.Time(one.RequestedAt),
                one.Request.RequestedBy,
                What(one),
                one.Request.Parameters.Strategy.ToString(),
                one.State.ToString(),
                one.Detail,
            ]));
    }

    public static void Show(UpgradeRecord upgrade, Output output)
    {
        output.Line($"Upgrade {upgrade.Id}: {upgrade.State}", new(ColorOf(upgrade)));
        output.Line($"{What(upgrade)}, {upgrade.Request.Parameters.Strategy}, asked for by {upgrade.Request.RequestedBy} at {Output.Time(upgrade.RequestedAt)}. {upgrade.Request.Reason}".TrimEnd());
        if (upgrade.Detail.Length > 0)
        {
            output.Line(upgrade.Detail);
        }

        if (upgrade.Plan is { } plan)
        {
            output.Table(
                ["Wave", "Name", "Nodes", "Share", "Where it stands", "Verdict"],
                plan.Waves.Select((wave, i) => (IReadOnlyList<string>)
                [
                    (i + 1).ToString(CultureInfo.InvariantCulture),
                    wave.Name,
                    Math.Max(wave.Prepare.Count, wave.Activate.Count).ToString(CultureInfo.InvariantCulture),
                    wave.Activate.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{wave.Activate[0].Share:0.##%}"),
                    Standing(upgrade, i),
                    upgrade.Verdicts.FirstOrDefault(verdict => verdict.Wave == i) is { } verdict ? $"{verdict.Judgement}, {verdict.Rule}: {verdict.Evidence}" : "",
                ]));
            output.Line($"Plan digest {plan.Digest}");
        }

        foreach (var finding in upgrade.Findings)
        {
            output.Line(finding, new(Color.Yellow));
        }
    }

    /// <summary>One line of where it stands.</summary>
    public static string Line(UpgradeRecord upgrade) => upgrade switch
    {
        { Plan: { } plan, State: UpgradeState.Preparing or UpgradeState.InProgress or UpgradeState.Paused } =>
            $"{upgrade.State}: wave {upgrade.Wave + 1} of {plan.Waves.Count}, {upgrade.CurrentWave.Name}, {upgrade.Phase.ToString().ToLowerInvariant()}. {upgrade.Detail}".TrimEnd(),
        _ => $"{upgrade.State}. {upgrade.Detail}".TrimEnd(),
    };

    /// <summary>How much of it is done, from 0 to 1: waves, each in three parts, and confirming.</summary>
    public static double Done(UpgradeRecord upgrade) => upgrade switch
    {
        { HasEnded: true } => 1,
        { Plan: null } => 0,
        { State: UpgradeState.Confirming or UpgradeState.RollingBack } => upgrade.Plan.Waves.Count / (upgrade.Plan.Waves.Count + 1.0),
        _ => (upgrade.Wave + ((int)upgrade.Phase / 3.0)) / (upgrade.Plan.Waves.Count + 1),
    };

    public static int CodeOf(UpgradeRecord upgrade) => upgrade.State switch
    {
        UpgradeState.Completed => ExitCode.Done,
        UpgradeState.RolledBack => ExitCode.RolledBack,
        UpgradeState.RollbackFailed => ExitCode.RollbackFailed,
        _ => ExitCode.Failed,
    };

    public static Color ColorOf(UpgradeRecord upgrade) => upgrade.State switch
    {
        UpgradeState.Completed => Color.Green,
        UpgradeState.Failed or UpgradeState.RolledBack or UpgradeState.RollbackFailed => Color.Red,
        UpgradeState.Paused or UpgradeState.AwaitingApproval or UpgradeState.RollingBack => Color.Yellow,
        _ => Color.Default,
    };

    private static string What(UpgradeRecord upgrade) => upgrade.Plan is { } plan
        ? string.Join(", ", plan.Moves.Select(move => $"{move.Component} {move.From} -> {move.To}"))
        : string.Join(", ", upgrade.Request.Targets.Select(target => $"{target.Component} -> {target.Version}"));

    private static string Standing(UpgradeRecord upgrade, int wave) =>
        upgrade.State == UpgradeState.Completed || wave < upgrade.Wave ? "done"
        : wave > upgrade.Wave ? ""
        : upgrade.State == UpgradeState.Confirming ? "done"
        : upgrade.HasEnded ? "reached"
        : upgrade.Phase.ToString().ToLowerInvariant();
}
