using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NuGet.Versioning;
using Theseus.Control.Validation;
using Theseus.Packaging;

namespace Theseus.Control;

/// <summary>
/// Asks every rule about an upgrade, side by side where they do not wait for each other, and collects all that they
/// find. Nothing of a release is loaded. Thread-safe.
/// </summary>
public sealed class UpgradeValidator
{
    private readonly IReleaseProvider _releases;
    private readonly IReadOnlyList<IUpgradeRule> _rules;
    private readonly UpgradeValidatorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Makes a validator.</summary>
    /// <param name="releases">Where releases are opened.</param>
    /// <param name="rules">Rules to ask after <see cref="UpgradeRules.BuiltIn"/>, in this order; null for none.</param>
    /// <param name="options">How it behaves; the defaults if null.</param>
    /// <param name="time">The clock of the deadlines; the system's if null.</param>
    /// <param name="logger">Where it tells of rules that fail after their deadline; nowhere if null.</param>
    /// <exception cref="ArgumentException">Two rules have one id, a rule waits for one that there is none of, or rules wait for each other in a circle.</exception>
    public UpgradeValidator(IReleaseProvider releases, IEnumerable<IUpgradeRule>? rules = null, UpgradeValidatorOptions? options = null, TimeProvider? time = null, ILogger<UpgradeValidator>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(releases);
        _releases = releases;
        _rules = [.. UpgradeRules.BuiltIn, .. rules ?? []];
        _options = options ?? new();
        _time = time ?? TimeProvider.System;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        RuleOrder.Check(_rules);
    }

    /// <summary>Validates an upgrade.</summary>
    /// <param name="upgrade">The upgrade.</param>
    /// <param name="level">Which findings stop it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ValidationReport> ValidateAsync(UpgradeContext upgrade, ValidationLevel level, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upgrade);
        return (await ValidateTogetherAsync([upgrade], level, cancellationToken).ConfigureAwait(false))[0];
    }

    /// <summary>Validates the upgrades of components that go together: each beside what the others will be then, in whichever order they are named.</summary>
    /// <param name="upgrades">The upgrades, each of another component.</param>
    /// <param name="level">Which findings stop them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found of each, in the same order.</returns>
    public async Task<IReadOnlyList<ValidationReport>> ValidateTogetherAsync(IReadOnlyList<UpgradeContext> upgrades, ValidationLevel level, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upgrades);
        if (!Enum.IsDefined(level))
            throw new ArgumentOutOfRangeException(nameof(level), level, "It is not a level.");
        // All are opened before the first is judged: what two components need of each other may be in releases that both are yet to get.
        var opened = await Task.WhenAll(upgrades.Select(upgrade => OpenAsync(upgrade, cancellationToken))).ConfigureAwait(false);
        var reports = new List<ValidationReport>();
        for (var i = 0; i < opened.Length; i++)
        {
            var others = Enumerable.Range(0, opened.Length).Where(other => other != i).ToList();
            var upgrade = upgrades[i] with { Together = [.. upgrades[i].Together, .. others.Select(other => opened[other].Lookup.Release?.Manifest).OfType<ReleaseManifest>()] };
            var unread = others.Where(other => opened[other].Lookup.Release is null).Select(other => (upgrades[other].Component.Name, upgrades[other].Target));
            reports.Add(await JudgeAsync(upgrade, opened[i], [.. unread], level, cancellationToken).ConfigureAwait(false));
        }

        return reports;
    }

    private async Task<ValidationReport> JudgeAsync(
        UpgradeContext upgrade, (ReleaseLookup Lookup, ReleaseManifest? Current) target, IReadOnlyList<(string, NuGetVersion)> unread, ValidationLevel level, CancellationToken cancellationToken)
    {
        var step = StepTo(upgrade, target.Lookup.Release, target.Current);
        var context = new ValidationContext(upgrade, target.Lookup, target.Current, step) { Detour = await FindDetourAsync(upgrade, step, cancellationToken).ConfigureAwait(false), Unread = unread };
        var asking = new Dictionary<string, Task<IReadOnlyList<Finding>>>(StringComparer.Ordinal);
        foreach (var rule in RuleOrder.Sort(_rules))
            asking[rule.Id] = AskAsync(rule, context, [.. rule.After.Select(id => asking[id])], cancellationToken);
        // All of them, also where the caller gives up: none is left behind unobserved.
        await Task.WhenAll(asking.Values).ConfigureAwait(false);
        var findings = new List<Finding>();
        foreach (var rule in _rules)
            findings.AddRange(await asking[rule.Id].ConfigureAwait(false));
        return new(level, findings, target.Lookup, context.Step);
    }

    private static VersionStep? StepTo(UpgradeContext upgrade, VerifiedRelease? release, ReleaseManifest? current)
    {
        var from = current is not null ? ReleaseTraits.Of(current) : ReleaseTraits.OfServing(upgrade.Component);
        return release is null ? null : VersionManager.Judge(from, ReleaseTraits.Of(release.Manifest), upgrade.Component.Contract, VersionOptions.Of(upgrade.Component, upgrade.Policy));
    }

    private async Task<IReadOnlyList<Finding>> AskAsync(IUpgradeRule rule, ValidationContext context, Task<IReadOnlyList<Finding>>[] first, CancellationToken cancellationToken)
    {
        var before = (await Task.WhenAll(first).ConfigureAwait(false)).SelectMany(findings => findings).FirstOrDefault(finding => finding.Severity == FindingSeverity.Error);
        var found = before is not null
            ? [Finding.Error(before.Place, $"It was not checked, because '{before.Rule}' found an error.", before.Mend) with { IsConsequence = true }]
            : rule.After.Contains(UpgradeRules.ReleaseExists, StringComparer.Ordinal) && context.Target.Release is null
            ? [Finding.Warning("", "It was not checked, because there is no package to look into.", "") with { IsConsequence = true }]
            : await new RuleRun(rule, context, _time, _logger).RunAsync(cancellationToken).ConfigureAwait(false);
        return
        [
            .. found.Select(one => one with { Rule = rule.Id, IsBinding = rule.IsBinding })
                .OrderByDescending(one => one.Severity).ThenBy(one => one.Place, StringComparer.Ordinal).ThenBy(one => one.Message, StringComparer.Ordinal),
        ];
    }

    /// <summary>Looks for a way through other releases where that may help. Only then are their packages read.</summary>
    private async Task<PathResult?> FindDetourAsync(UpgradeContext upgrade, VersionStep? step, CancellationToken cancellationToken)
    {
        if (step is null || !step.Incompatibilities.Any(Detour.MayHelp))
            return null;
        using var deadline = new CancellationTokenSource(_options.OpenDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var options = VersionOptions.Of(upgrade.Component, upgrade.Policy);
            return await new VersionManager(_releases).FindPathAsync(upgrade.Component, upgrade.Target, options, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new(null, [], [$"The feeds did not tell of the releases in between within {_options.OpenDeadline}."]);
        }
    }

    private async Task<(ReleaseLookup Lookup, ReleaseManifest? Current)> OpenAsync(UpgradeContext upgrade, CancellationToken cancellationToken)
    {
        var component = upgrade.Component;
        var within = upgrade.KeptDigest is null || _options.OpenDeadline < _options.KeptDeadline ? _options.OpenDeadline : _options.KeptDeadline;
        using var deadline = new CancellationTokenSource(within, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var lookup = await _releases.OpenAsync(component.Name, component.PackageId, upgrade.Target, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            var current = component.CurrentVersion is { } serving
                ? (await _releases.ReadAsync(component.Name, component.PackageId, serving, either.Token).WaitAsync(either.Token).ConfigureAwait(false)).Manifest
                : null;
            return upgrade.KeptDigest is { } kept && lookup.Release is { } other && other.Digest != kept
                ? (lookup with { Availability = ReleaseAvailability.Refused, Release = null, Problems = [$"'{component.Name}' {other.Manifest.Version.ToNormalizedString()} has the digest {other.Digest} in the feeds, and nodes have kept {kept}."] }, current)
                : (lookup, current);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return (new(ReleaseAvailability.Unreachable, null, null, [$"The feeds did not give '{component.Name}' {upgrade.Target.ToNormalizedString()} within {within}."]), null);
        }
    }
}

/// <summary>How an <see cref="UpgradeValidator"/> behaves.</summary>
public sealed class UpgradeValidatorOptions
{
    /// <summary>How long opening the releases may take. More than zero; by default 5 minutes.</summary>
    public TimeSpan OpenDeadline { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long opening may take of releases that nodes have kept, which goes on without it. More than zero; by default 10 seconds. Never longer than <see cref="OpenDeadline"/>.</summary>
    public TimeSpan KeptDeadline { get; set; } = TimeSpan.FromSeconds(10);
}
