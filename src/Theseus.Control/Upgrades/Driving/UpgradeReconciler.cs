using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>
/// Decides what comes next for an upgrade, from its record and from what nodes report: nothing else, and never from what
/// was sent. Pure: the same input gives the same decision, so that whoever takes an upgrade over goes on where the last
/// one stopped.
/// </summary>
internal static class UpgradeReconciler
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    /// <summary>Decides.</summary>
    /// <param name="upgrade">The record, of an upgrade that is on its nodes.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="now">The time.</param>
    public static Decision Decide(UpgradeRecord upgrade, NodeView nodes, DateTimeOffset now)
    {
        if (LostNodes.Look(upgrade, nodes, now) is { } change)
        {
            return change;
        }

        var find = nodes.Find;
        var (open, failed) = Compare(upgrade, UpgradeGoals.Of(upgrade), find);
        return upgrade.State switch
        {
            UpgradeState.Preparing or UpgradeState.InProgress => Forward(upgrade, open, failed, find, now),
            UpgradeState.Confirming when upgrade.Phase == WavePhase.Retiring => Retiring(upgrade, open, nodes, now),
            UpgradeState.Confirming => Confirming(upgrade, open, failed, nodes, now),
            UpgradeState.RollingBack => Backward(upgrade, open, failed, now),
            UpgradeState.Paused => new Decision.Wait(Fences(upgrade, find), now + s_look),
            _ => new Decision.Wait([], now + s_look),
        };
    }

    /// <summary>Decides after a wave was judged. Null: the verdict changes nothing.</summary>
    public static Decision.Change? AfterVerdict(UpgradeRecord upgrade, WaveVerdict verdict, DateTimeOffset now)
    {
        var watched = now - upgrade.Since;
        var isOver = watched >= upgrade.CurrentWave.Observe;
        switch (verdict.Judgement)
        {
            case WaveJudgement.Fail:
                return Fail(Judged(upgrade, verdict), $"Wave {upgrade.Wave + 1}, {upgrade.CurrentWave.Name}, failed by the rule '{verdict.Rule}': {verdict.Evidence}", now);
            case WaveJudgement.Pass when isOver || verdict.MayEndWave:
                return NextWave(Judged(upgrade, verdict), $"Wave {upgrade.Wave + 1}, {upgrade.CurrentWave.Name}, passed: {verdict.Evidence}", now);
            case WaveJudgement.Inconclusive when watched >= upgrade.CurrentWave.Observe + upgrade.Plan!.Judging.ExtendFor:
                var why = $"Wave {upgrade.Wave + 1}, {upgrade.CurrentWave.Name}, was inconclusive: {verdict.Evidence}";
                return upgrade.Plan.WhenInconclusive switch
                {
                    InconclusiveWave.GoOn => NextWave(Judged(upgrade, verdict), why, now),
                    InconclusiveWave.RollBack => UpgradeTurns.RollBack(Judged(upgrade, verdict), UpgradeState.RolledBack, why, now),
                    _ => UpgradeTurns.Pause(Judged(upgrade, verdict), why, now),
                };
            default:
                return null;
        }
    }

    /// <summary>Ends the wave that is watched, as passed.</summary>
    public static Decision.Change NextWave(UpgradeRecord upgrade, string why, DateTimeOffset now) => upgrade.Wave + 1 < upgrade.Plan!.Waves.Count
        ? new(upgrade with { State = UpgradeState.InProgress, Wave = upgrade.Wave + 1, Phase = WavePhase.Preparing, Since = now, Detail = "" }, why)
        : new(upgrade with { State = UpgradeState.Confirming, Since = now, Detail = "" }, why);

    /// <summary>What of the goals is not reached, and what nodes say that they cannot reach.</summary>
    private static (List<CellGoal> Open, List<string> Failed) Compare(UpgradeRecord upgrade, IEnumerable<CellGoal> goals, Func<string, string, ComponentReport?> find)
    {
        var open = new List<CellGoal>();
        var failed = new List<string>();
        foreach (var goal in goals)
        {
            var report = find(goal.Node, goal.Move.Component);
            if (report is not null && goal.IsReached(report, upgrade))
            {
                continue;
            }

            open.Add(goal);
            if (report?.Fence > upgrade.Fence)
            {
                failed.Add($"{goal.Node}: It has orders of a later upgrade than this one, from another database than the control plane's. Ask for the upgrade again: it will have a number that the node obeys.");
            }
            else if (report is not null && goal.FailureIn(report, upgrade) is { } result)
            {
                failed.Add($"{goal.Node}: {result.Reason}: {result.Detail}");
            }
        }

        return (open, failed);
    }

    private static Decision Forward(
        UpgradeRecord upgrade, List<CellGoal> open, List<string> failed, Func<string, string, ComponentReport?> find, DateTimeOffset now)
    {
        var plan = upgrade.Plan!;
        var wave = upgrade.CurrentWave;
        if (failed.Count > 0 && plan.OnFailure != FailureAction.RollForward)
        {
            // A node's own limits are there for what cannot wait for a report; that it took the release back is a verdict on the wave.
            var judged = upgrade.Phase == WavePhase.Observing ? Judged(upgrade, new(upgrade.Wave, WaveJudgement.Fail, "taken-back-by-node", Some(failed))) : upgrade;
            return Fail(judged, $"Wave {upgrade.Wave + 1}, {wave.Name}: {Some(failed)}", now);
        }

        if (upgrade.Phase == WavePhase.Observing)
        {
            return Observe(upgrade, open, find, now);
        }

        var deadline = upgrade.Since + (upgrade.Phase == WavePhase.Preparing ? plan.PrepareDeadline : plan.ActivateDeadline);
        if (open.Count > 0 && now >= deadline)
        {
            return Fail(
                upgrade,
                $"Wave {upgrade.Wave + 1}, {wave.Name}: {(upgrade.Phase == WavePhase.Preparing ? "preparing" : "activating")} was not over by its deadline on {Some([.. open.Select(goal => goal.Node)])}.",
                now);
        }

        if (open.Count > 0)
        {
            return new Decision.Wait(Tasks(upgrade, open), Earlier(deadline, now + s_look));
        }

        if (upgrade.Phase == WavePhase.Preparing && wave.Activate.Count > 0)
        {
            // Stored before the first node is told, so that a restart knows that callers may be on the release.
            return new Decision.Change(
                upgrade with { State = UpgradeState.InProgress, Phase = WavePhase.Activating, Since = now, WasActivated = true },
                $"Wave {upgrade.Wave + 1}, {wave.Name}: ready on {wave.Prepare.Count} nodes.");
        }

        return wave.Activate.Count == 0
            ? NextWave(upgrade, $"Wave {upgrade.Wave + 1}, {wave.Name}: ready on {wave.Prepare.Count} nodes.", now)
            : new Decision.Change(
                upgrade with { Phase = WavePhase.Observing, Since = now },
                $"Wave {upgrade.Wave + 1}, {wave.Name}: active on {wave.Activate.Count} nodes.");
    }

    private static Decision Observe(UpgradeRecord upgrade, List<CellGoal> open, Func<string, string, ComponentReport?> find, DateTimeOffset now)
    {
        var wave = upgrade.CurrentWave;
        // A node that was restarted meanwhile is brought back to where it was; the wave cannot pass before.
        var over = upgrade.Since + wave.Observe;
        var waiting = new Decision.Wait(Tasks(upgrade, open), now >= over ? now + s_look : Earlier(over, now + s_look));
        if (open.Count > 0 && now >= over + upgrade.Plan!.ActivateDeadline)
        {
            return Fail(upgrade, $"Wave {upgrade.Wave + 1}, {wave.Name}: {Some([.. open.Select(goal => goal.Node)])} did not come back in time.", now);
        }

        if (open.Count == 0 && now >= over)
        {
            // Health as of now, asked for: what a wave without a time to be watched is judged by, too.
            var (unanswered, unfit) = Compare(upgrade, UpgradeGoals.Probes(upgrade), find);
            if (unfit.Count > 0 || (unanswered.Count > 0 && now >= over + upgrade.Plan!.ActivateDeadline))
            {
                return Fail(
                    upgrade,
                    unfit.Count > 0
                        ? $"Wave {upgrade.Wave + 1}, {wave.Name}: asked for its health at the wave's end, {Some(unfit)}"
                        : $"Wave {upgrade.Wave + 1}, {wave.Name}: {Some([.. unanswered.Select(goal => goal.Node)])} did not say in time how the component is.",
                    now);
            }

            if (unanswered.Count > 0)
            {
                return new Decision.Wait(Tasks(upgrade, unanswered), now + s_look);
            }
        }

        var evidence = new WaveEvidence
        {
            Upgrade = upgrade.Id,
            Move = upgrade.Plan!.MoveOf(wave.Component),
            WaveNumber = upgrade.Wave,
            Wave = wave,
            Elapsed = now - upgrade.Since,
            Judging = upgrade.Plan.Judging,
            Nodes = Said(wave.Activate.Select(step => step.Node)),
            Baseline = Said(Reached(upgrade.Plan.Waves).Except(Reached(upgrade.Plan.Waves.Take(upgrade.Wave + 1)))),
        };
        return open.Count > 0 && now >= over ? waiting : new Decision.Judge(evidence, waiting);

        IEnumerable<string> Reached(IEnumerable<PlanWave> waves) => waves.Where(one => one.Component == wave.Component).SelectMany(one => one.Activate.Select(step => step.Node)).Distinct();

        IReadOnlyList<ComponentReport> Said(IEnumerable<string> which) =>
            [.. which.Where(node => upgrade.LeftOut.All(one => one.Node != node)).Select(node => find(node, wave.Component)).OfType<ComponentReport>()];
    }

    private static Decision Confirming(UpgradeRecord upgrade, List<CellGoal> open, List<string> failed, NodeView nodes, DateTimeOffset now)
    {
        if (open.Count == 0)
        {
            // Stored before they are told: from here on they are among those that go back if it does.
            var joined = nodes.Joining(upgrade);
            return new Decision.Change(
                upgrade with { Phase = WavePhase.Retiring, Since = now, Detail = "", Joined = joined },
                $"Confirmed on all nodes{(upgrade.LeftOut.Count > 0 ? $" but {Named(upgrade.LeftOut)}" : "")}.{(joined.Count > 0 ? $" Brought in, since they joined meanwhile: {Some([.. joined.Select(one => one.Node).Distinct(StringComparer.Ordinal)])}." : "")}");
        }

        var deadline = upgrade.Since + upgrade.Plan!.SettleDeadline;
        var goesBack = upgrade.Plan.OnFailure != FailureAction.RollForward;
        if (now >= deadline || (failed.Count > 0 && goesBack))
        {
            var why = failed.Count > 0 ? $"Confirming failed: {Some(failed)}" : $"Confirming was not over by its deadline on {Some([.. open.Select(goal => goal.Node)])}.";
            return goesBack
                ? Fail(upgrade, why, now)
                : UpgradeTurns.Pause(upgrade, $"{why} It was asked not to go back; resume it to try again, or roll it back all the same.", now);
        }

        return new Decision.Wait(Tasks(upgrade, open), Earlier(deadline, now + s_look));
    }

    /// <summary>
    /// Waits for old generations to go, and for nodes that joined. What does not go, and who does not come along, is no
    /// reason to go back: the release is confirmed, and works.
    /// </summary>
    private static Decision Retiring(UpgradeRecord upgrade, List<CellGoal> open, NodeView nodes, DateTimeOffset now)
    {
        var silent = open.Where(goal => ResultOf(goal) is null && nodes.Away(goal.Node) is null).ToList();
        var deadline = upgrade.Since + upgrade.Plan!.RetireDeadline;
        if (silent.Count > 0 && now < deadline)
        {
            return new Decision.Wait(Tasks(upgrade, silent), Earlier(deadline, now + s_look));
        }

        var leaving = open.Where(goal => goal.Kind == NodeTaskKind.Retire).ToList();
        string[] left = [.. leaving.Select(goal => $"{goal.Node}: {goal.Move.Component} {goal.Move.From}: {WhyOf(goal)}")];
        IReadOnlyList<LeftOutNode> leftOut = [.. upgrade.LeftOut, .. open.Where(goal => goal.Kind == NodeTaskKind.Confirm).DistinctBy(goal => goal.Node).Select(NotJoined), .. Changed(upgrade, nodes, now)];
        var told = left.Length == 0 ? "Nothing is left of the release from before." : $"It is left on {Some([.. leaving.Select(goal => goal.Node).Distinct(StringComparer.Ordinal)])}.";
        string[] detail =
        [
            left.Length == 0 ? "" : $"Something of the release from before is left: {Some(left)}.",
            leftOut.Count == 0 ? "" : $"It ended without nodes that get the release when they can be told: {LostNodes.Some(leftOut)}.",
        ];
        return new Decision.Change(
            upgrade with { State = UpgradeState.Completed, Since = now, EndedAt = now, Lingering = left, LeftOut = leftOut, Detail = string.Join(" ", detail.Where(one => one.Length > 0)) },
            told);

        NodeTaskResult? ResultOf(CellGoal goal) => nodes.Find(goal.Node, goal.Move.Component)?.ResultOf(goal.TaskId(upgrade));

        string WhyOf(CellGoal goal) => ResultOf(goal)?.Detail
            ?? (nodes.Away(goal.Node) is { } away ? $"it {away.Why}" : nodes.Find(goal.Node, goal.Move.Component) is null ? "it was not heard of since" : $"it did not say within {upgrade.Plan.RetireDeadline:c} that it is gone");

        LeftOutNode NotJoined(CellGoal goal) => nodes.Away(goal.Node)
            ?? new(goal.Node, now, ResultOf(goal) is { } result ? $"joined, and could not confirm it: {result.Reason}: {result.Detail}" : "joined, and did not confirm it in time");
    }

    /// <summary>
    /// The nodes that confirmed, and are not known to have it now: another process has the name, or the disk is another. They
    /// have seen the upgrade, by the questions about what is left, and would be taken for changed by hand.
    /// </summary>
    private static IEnumerable<LeftOutNode> Changed(UpgradeRecord upgrade, NodeView nodes, DateTimeOffset now) =>
        from goals in UpgradeGoals.Of(upgrade).Where(goal => goal.Kind == NodeTaskKind.Retire).GroupBy(goal => goal.Node)
        where goals.Any(goal => nodes.Find(goal.Node, goal.Move.Component)?.Confirmed != goal.Move.To)
        select nodes.Away(goals.Key) ?? new LeftOutNode(goals.Key, now, "confirmed it, and has something else since, or was not heard of since");

    private static Decision Backward(UpgradeRecord upgrade, List<CellGoal> open, List<string> failed, DateTimeOffset now)
    {
        if (open.Count == 0)
        {
            return Back(upgrade, now);
        }

        var deadline = upgrade.Since + upgrade.Plan!.SettleDeadline;
        if (now >= deadline)
        {
            var nodes = failed.Count > 0 ? failed : [.. open.Select(goal => goal.Node)];
            nodes = [.. nodes, .. upgrade.LeftOut.Select(one => one.ToString())];
            return new Decision.Change(
                upgrade with
                {
                    State = UpgradeState.RollbackFailed,
                    Since = now,
                    EndedAt = now,
                    Detail = $"{upgrade.Detail} Going back was not over by its deadline: {Some(nodes)}. A node that comes back without having confirmed begins with the release from before; look at these nodes, and roll back by hand what serves otherwise.".TrimStart(),
                },
                $"Going back was not over by its deadline: {Some(nodes)}.");
        }

        // On each node one component at a time, what depends on others first; and no node waits for another, which may be away.
        return new Decision.Wait(Tasks(upgrade, [.. open.DistinctBy(goal => goal.Node)]), Earlier(deadline, now + s_look));
    }

    /// <summary>Ends it when all nodes that can be counted on are back. What the others would begin with decides how.</summary>
    private static Decision.Change Back(UpgradeRecord upgrade, DateTimeOffset now)
    {
        var (state, without) = upgrade switch
        {
            { LeftOut.Count: 0 } => (upgrade.EndsAs, ""),
            { MayBeConfirmed: true } => (UpgradeState.RollbackFailed, $" It went back without nodes that may have confirmed the release, and serve with it then: {LostNodes.Some(upgrade.LeftOut)}. They are brought back when they are heard of."),
            _ => (upgrade.EndsAs, $" It went back without nodes that were never told to confirm the release, and so begin with the one from before: {LostNodes.Some(upgrade.LeftOut)}. What they still have on trial is taken back when they are heard of."),
        };
        return new(
            upgrade with { State = state, Since = now, EndedAt = now, Detail = $"{upgrade.Detail}{without}".TrimStart() },
            without.Length == 0 ? "All nodes serve with the release from before." : without.TrimStart());
    }

    /// <summary>Does what was chosen for when a wave fails.</summary>
    public static Decision.Change Fail(UpgradeRecord upgrade, string why, DateTimeOffset now) => upgrade.Plan!.OnFailure switch
    {
        FailureAction.RollBack => UpgradeTurns.RollBack(upgrade, upgrade.WasActivated ? UpgradeState.RolledBack : UpgradeState.Failed, why, now),
        // Nobody calls the release yet: there is nothing that could not be undone.
        FailureAction.Freeze when !upgrade.WasActivated => UpgradeTurns.RollBack(upgrade, UpgradeState.Failed, why, now),
        FailureAction.RollForward when upgrade.Phase == WavePhase.Observing => NextWave(upgrade, $"{why} It goes on all the same, as was asked for.", now),
        _ => UpgradeTurns.Pause(upgrade, why, now),
    };

    private static UpgradeRecord Judged(UpgradeRecord upgrade, WaveVerdict verdict) =>
        upgrade with { Verdicts = [.. upgrade.Verdicts.Where(one => one.Wave != verdict.Wave), verdict] };

    private static IReadOnlyList<NodeTask> Tasks(UpgradeRecord upgrade, IReadOnlyList<CellGoal> goals) =>
    [
        .. goals.Select(goal => new NodeTask
        {
            Id = goal.TaskId(upgrade),
            Node = goal.Node,
            Kind = goal.Kind,
            Component = goal.Move.Component,
            Upgrade = upgrade.Id,
            Trace = upgrade.Trace ?? "",
            Fence = upgrade.Fence,
            From = goal.Move.From,
            To = goal.Move.To,
            Share = goal.Share,
            ShadowFraction = goal.ShadowFraction,
            HoldAtMost = upgrade.Plan!.LongestTrial,
            Restores = goal.Kind is NodeTaskKind.Activate or NodeTaskKind.Confirm ? goal.Move.Restores ?? "" : "",
            Deadline = goal.Kind switch
            {
                NodeTaskKind.Prepare => upgrade.Plan!.PrepareDeadline,
                NodeTaskKind.Activate or NodeTaskKind.Probe => upgrade.Plan!.ActivateDeadline,
                // A little less, so that a node says what is left before it is no longer waited for.
                NodeTaskKind.Retire => upgrade.Plan!.RetireDeadline * 0.9,
                _ => upgrade.Plan!.SettleDeadline,
            },
        }),
    ];

    /// <summary>While it is paused, nodes are told of the turn, so that what was sent before and not begun is void.</summary>
    private static NodeTask[] Fences(UpgradeRecord upgrade, Func<string, string, ComponentReport?> find) =>
    [
        .. from move in upgrade.Plan!.Moves
           from node in UpgradeGoals.Cells(upgrade, move.Component)
           where find(node, move.Component) is not { } report || report.Fence < upgrade.Fence
           select new NodeTask
           {
               Id = FormattableString.Invariant($"{upgrade.Id}/{upgrade.Turn}/{move.Component}/Report"),
               Node = node,
               Kind = NodeTaskKind.Report,
               Component = move.Component,
               Upgrade = upgrade.Id,
               Trace = upgrade.Trace ?? "",
               Fence = upgrade.Fence,
               From = move.From,
               To = move.To,
               Deadline = upgrade.Plan.ActivateDeadline,
           },
    ];

    private static string Named(IReadOnlyList<LeftOutNode> nodes) => Some([.. nodes.Select(one => one.Node)]);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static string Some(IReadOnlyList<string> many) =>
        string.Join("; ", many.Take(5)) + (many.Count > 5 ? $"; and {many.Count - 5} more" : "");
}
