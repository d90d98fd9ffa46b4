using Theseus.Control;
using Theseus.Control.Monitoring;
using Theseus.Control.Upgrades;
using Theseus.Packaging;

namespace Theseus.Server;

/// <summary>Whether the server is alive.</summary>
/// <param name="Status">Always <c>alive</c>.</param>
public sealed record ServerHealth(string Status);

/// <summary>How things stand, at a glance.</summary>
/// <param name="Version">The server's version.</param>
/// <param name="Line">Whether upgrades may begin and go forward.</param>
/// <param name="Upgrades">How many there were, and what came of them.</param>
/// <param name="Nodes">How many nodes have reported.</param>
/// <param name="Components">How many components are known.</param>
public sealed record ServerStatus(string Version, LineStatus Line, UpgradeStatistics Upgrades, int Nodes, int Components);

/// <summary>Whether the line runs.</summary>
/// <param name="IsStopped">Whether it is stopped.</param>
/// <param name="Why">Why it is stopped; null while it runs.</param>
public sealed record LineStatus(bool IsStopped, string? Why);

/// <summary>What stopping the line did.</summary>
/// <param name="Paused">The ids of the upgrades that were paused by it.</param>
public sealed record LineStopped(IReadOnlyList<string> Paused);

/// <summary>A part of a list.</summary>
/// <typeparam name="T">What it is a list of.</typeparam>
/// <param name="Items">The part.</param>
/// <param name="Next">The address of the next part; null when there is none.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next = null);

/// <summary>A metric that the fleet is monitored by.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Scope">What it is of.</param>
/// <param name="Unit">Its unit; <c>1</c> for a number or a share.</param>
/// <param name="Meaning">What it says, in words.</param>
/// <param name="Subjects">What it is known of, by name; one that is empty for the fleet.</param>
public sealed record MonitoredMetricView(string Name, MetricScope Scope, string Unit, string Meaning, IReadOnlyList<string> Subjects);

/// <summary>What a metric was over time.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Subject">What it is of; empty for the fleet.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Points">The values, the oldest first.</param>
public sealed record MetricSeries(string Metric, string Subject, string Unit, IReadOnlyList<MetricPoint> Points);

/// <summary>What an upgrade would be.</summary>
/// <param name="Plan">Its plan; null when it is not possible.</param>
/// <param name="Text">The plan for people; null when it is not possible.</param>
/// <param name="Problems">Why it is not possible; empty when it is.</param>
/// <param name="Findings">What else was found, in words.</param>
public sealed record UpgradePlanView(UpgradePlan? Plan, string? Text, IReadOnlyList<string> Problems, IReadOnlyList<string> Findings);

/// <summary>What an emergency rollback has ordered.</summary>
/// <param name="Outcomes">For each component, by name.</param>
public sealed record EmergencyView(IReadOnlyList<EmergencyOutcome> Outcomes);

/// <summary>A token without its secret.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Whose it is.</param>
/// <param name="Role">What it allows.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
/// <param name="RevokedAt">When it was revoked; null while it was not.</param>
/// <param name="IsValid">Whether it opens anything now.</param>
public sealed record TokenView(string Id, string Name, AccessRole Role, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt, bool IsValid);

/// <summary>A token that was just made.</summary>
/// <param name="Token">What to send as <c>Authorization: Bearer …</c>. It is told this once: null when the same request had made the token before.</param>
/// <param name="Details">The rest of it.</param>
public sealed record NewTokenView(string? Token, TokenView Details)
{
    /// <summary>Why the token is not told, and what to do; null when it is.</summary>
    public string? Note { get; init; }
}

/// <summary>What a component calls, and what calls it.</summary>
/// <param name="Component">The component.</param>
/// <param name="DependsOn">What it calls itself.</param>
/// <param name="DependsOnAll">What it calls itself or by way of others.</param>
/// <param name="NeededBy">What calls it directly.</param>
/// <param name="NeededByAll">What calls it directly or by way of others.</param>
/// <param name="Problems">Dependencies of it that are missing or not satisfied, in words.</param>
public sealed record ComponentDependencies(
    string Component, IReadOnlyList<string> DependsOn, IReadOnlyList<string> DependsOnAll, IReadOnlyList<string> NeededBy, IReadOnlyList<string> NeededByAll, IReadOnlyList<string> Problems);

/// <summary>How all components depend on each other.</summary>
/// <param name="Order">Every component after those that it depends on.</param>
/// <param name="Cycles">The components that depend on each other, each group as one way around it.</param>
/// <param name="Problems">Dependencies that are missing or not satisfied, in words.</param>
public sealed record DependencyOverview(IReadOnlyList<string> Order, IReadOnlyList<IReadOnlyList<string>> Cycles, IReadOnlyList<string> Problems);

/// <summary>A release that the feeds offer, not verified.</summary>
/// <param name="Component">The component.</param>
/// <param name="PackageId">The identifier of its package.</param>
/// <param name="Version">Its version.</param>
/// <param name="Published">When the feeds got it; null where that is not known.</param>
public sealed record ReleaseView(string Component, string PackageId, string Version, DateTimeOffset? Published);

/// <summary>A part of a component's releases.</summary>
/// <param name="Items">The part.</param>
/// <param name="Problems">Feeds that could not be asked, and what of them could not be used, in words: releases may be missing then.</param>
/// <param name="Next">The address of the next part; null when there is none.</param>
public sealed record ReleasePage(IReadOnlyList<ReleaseView> Items, IReadOnlyList<string> Problems, string? Next = null);

/// <summary>How a component gets from the release that serves to another, and back.</summary>
/// <param name="Component">The component.</param>
/// <param name="From">The version that serves; null as long as none does.</param>
/// <param name="To">The version to get to.</param>
/// <param name="There">The way there.</param>
/// <param name="Back">The way back from there, with the state as it is by then; null where no version serves that could be gone back to.</param>
public sealed record ComponentPath(string Component, string? From, string To, ComponentWay There, ComponentWay? Back);

/// <summary>A way from one release to another, or why there is none.</summary>
/// <param name="Steps">The upgrades, in their order; empty where the version serves already, null where there is no way.</param>
/// <param name="WhyNot">Why there is no way, a line for each reason; empty where there is one.</param>
public sealed record ComponentWay(IReadOnlyList<ComponentStep>? Steps, IReadOnlyList<string> WhyNot);

/// <summary>One upgrade of a way.</summary>
/// <param name="From">The version that serves before it; null for a first deployment.</param>
/// <param name="To">The version that serves after it.</param>
/// <param name="State">How the state is handed over.</param>
/// <param name="Schemas">The schemas that the state is migrated along, from the old one to the new one; empty where none is migrated.</param>
/// <param name="IsReversible">Whether it can be taken back once calls have changed the state.</param>
/// <param name="WhyIrreversible">What speaks against taking it back; empty where it can be.</param>
public sealed record ComponentStep(string? From, string To, StateKind State, IReadOnlyList<int> Schemas, bool IsReversible, IReadOnlyList<string> WhyIrreversible);
