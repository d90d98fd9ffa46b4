using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Control;

/// <content>How everything is brought back at once.</content>
public sealed partial class RollbackManager
{
    private const int MostLooks = 3;

    /// <inheritdoc cref="RollBackInEmergencyAsync(IReadOnlyList{string}, string, string, string, CancellationToken)"/>
    public Task<IReadOnlyList<EmergencyOutcome>> RollBackInEmergencyAsync(IReadOnlyList<string> components, string who, string why, CancellationToken cancellationToken) =>
        RollBackInEmergencyAsync(components, who, why, null, cancellationToken);

    /// <summary>
    /// Brings components back, at once and all together: upgrades of them that run go back or are cancelled, and the rest
    /// go back to their newest rollback point. Works while the line is stopped.
    /// </summary>
    /// <param name="components">The components; empty for all that there is a rollback point or a running upgrade of.</param>
    /// <param name="who">Who orders it.</param>
    /// <param name="why">Why, for the record.</param>
    /// <param name="key">
    /// Names the order, for whoever may have to give it twice: given again it is answered as before, and nothing more goes
    /// back. Where something failed meanwhile, nothing is kept to answer with, and it is tried again. Null for none.
    /// </param>
    /// <param name="cancellationToken">Gives up waiting; what was ordered by then stays ordered.</param>
    /// <returns>What was ordered for each component, by name. One that cannot go back does not hold up the others, and goes on record.</returns>
    /// <exception cref="RequestKeyReusedException">The key was given to another order.</exception>
    public async Task<IReadOnlyList<EmergencyOutcome>> RollBackInEmergencyAsync(IReadOnlyList<string> components, string who, string why, string? key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(components);
        ArgumentException.ThrowIfNullOrWhiteSpace(who);
        ArgumentException.ThrowIfNullOrWhiteSpace(why);
        var order = key is null ? null : KeyOf(components, who, why, key);
        if (order is not null && await requests.BeginAsync(order, cancellationToken).ConfigureAwait(false) is { } answered)
        {
            return Read(answered);
        }

        var outcomes = await BringBackAsync(components, who, why, cancellationToken).ConfigureAwait(false);
        return await EndAsync(order, outcomes, who, why, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<EmergencyOutcome>> BringBackAsync(IReadOnlyList<string> components, string who, string why, CancellationToken cancellationToken)
    {
        var named = components.Count > 0 ? components.Distinct(StringComparer.Ordinal).ToList() : await AllAsync(cancellationToken).ConfigureAwait(false);
        var outcomes = new Dictionary<string, EmergencyOutcome>(StringComparer.Ordinal);
        foreach (var component in named)
        {
            // A component that was brought along by another's upgrade goes back with it, once.
            if (outcomes.ContainsKey(component))
            {
                continue;
            }

            foreach (var outcome in await TryBringBackAsync(component, who, $"Emergency: {why}", cancellationToken).ConfigureAwait(false))
            {
                outcomes[outcome.Component] = outcome;
            }
        }

        return [.. outcomes.Values.OrderBy(one => one.Component, StringComparer.Ordinal)];
    }

    /// <summary>Keeps what is answered, and puts on record what was refused. What was ordered is told in any case.</summary>
    private async Task<IReadOnlyList<EmergencyOutcome>> EndAsync(RequestKey? order, IReadOnlyList<EmergencyOutcome> outcomes, string who, string why, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var refused = outcomes.Where(one => one.Action == EmergencyAction.Refused)
            .Select(one => new AuditEntry(now, who, $"component {one.Component}", "", "emergency rollback refused", $"Emergency: {why}", one.Detail)).ToList();
        if (order is null && refused.Count == 0)
        {
            return outcomes;
        }

        try
        {
            var kept = outcomes.Any(one => one.HasFailed) ? null : JsonSerializer.Serialize(outcomes, EmergencyJson.Default.IReadOnlyListEmergencyOutcome);
            return await requests.EndAsync(order, kept, refused, cancellationToken).ConfigureAwait(false) is { } told ? Read(told) : outcomes;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Whoever is in an emergency has to hear what was ordered. Asked for again, nothing goes back twice.
            LogNotKept(_logger, failure);
            return outcomes;
        }
    }

    private static RequestKey KeyOf(IReadOnlyList<string> components, string who, string why, string key) => new(
        "emergency rollback", who, key, $"{string.Join('\n', components.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(one => $"{one.Length} {one}"))}\n{why}");

    private static IReadOnlyList<EmergencyOutcome> Read(string answer) => JsonSerializer.Deserialize(answer, EmergencyJson.Default.IReadOnlyListEmergencyOutcome)!;

    /// <summary>The components that there is a running upgrade or a rollback point of.</summary>
    private async Task<List<string>> AllAsync(CancellationToken cancellationToken)
    {
        var running = await upgrades.GetRunningAsync(cancellationToken).ConfigureAwait(false);
        var kept = await points.ReadPointsAsync(null, cancellationToken).ConfigureAwait(false);
        return [.. running.SelectMany(one => one.Request.Targets).Select(target => target.Component).Concat(kept.Select(point => point.Component)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<EmergencyOutcome>> TryBringBackAsync(string component, string who, string reason, CancellationToken cancellationToken)
    {
        for (var look = 1; ; look++)
        {
            try
            {
                return await BringBackAsync(component, who, reason, cancellationToken).ConfigureAwait(false);
            }
            catch (UpgradeRefusedException refused) when (look < MostLooks && refused.Refusal is UpgradeRefusal.WrongState or UpgradeRefusal.Busy)
            {
                // It went on, or another one began, between the look and the order: what is to be done now is another thing.
            }
            catch (UpgradeRefusedException refused)
            {
                return [new(component, EmergencyAction.Refused, "", refused.Message)];
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // The loop's boundary: the other components go back all the same.
                LogNotBroughtBack(_logger, failure, component);
                return [new(component, EmergencyAction.Refused, "", $"It could not be brought back: {failure.Message} Order it again.") { HasFailed = true }];
            }
        }
    }

    private async Task<IReadOnlyList<EmergencyOutcome>> BringBackAsync(string component, string who, string reason, CancellationToken cancellationToken)
    {
        var running = await upgrades.GetRunningAsync(cancellationToken).ConfigureAwait(false);
        if (running.FirstOrDefault(one => one.Request.Targets.Any(target => target.Component == component)) is { } upgrade)
        {
            if (upgrade.State == UpgradeState.RollingBack)
            {
                return Outcomes(upgrade, EmergencyAction.GoesBack, "It goes back already.");
            }

            if (upgrade.Request.RollsBack is { } earlier)
            {
                return upgrade.State == UpgradeState.Paused
                    ? Outcomes(await upgrades.ResumeAsync(upgrade.Id, who, reason, cancellationToken).ConfigureAwait(false), EmergencyAction.GoesBack, $"It was going back to before the upgrade {earlier}, stood still, and goes on.")
                    : Outcomes(upgrade, EmergencyAction.GoesBack, $"It goes back already, to before the upgrade {earlier}.");
            }

            if (upgrade.IsOnNodes)
            {
                return Outcomes(await upgrades.RollBackAsync(upgrade.Id, who, reason, cancellationToken).ConfigureAwait(false), EmergencyAction.GoesBack, "Its upgrade goes back.");
            }

            // What has not reached a node is no cause of the emergency, and only stands in the way.
            await upgrades.CancelAsync(upgrade.Id, who, reason, cancellationToken).ConfigureAwait(false);
        }

        var (before, whyNot) = await StepBackAsync(component, cancellationToken).ConfigureAwait(false);
        return before is null
            ? [new(component, EmergencyAction.Refused, "", whyNot)]
            : Outcomes(await TakeBackAsync(before, who, reason, ReturningState.OfNow, null, cancellationToken).ConfigureAwait(false), EmergencyAction.GoesBack, $"It goes back to before the upgrade {before.Id}.");
    }

    /// <summary>The upgrade that an emergency takes back: one step, and not another one when it is ordered twice.</summary>
    private async Task<(UpgradeRecord? Upgrade, string WhyNot)> StepBackAsync(string component, CancellationToken cancellationToken)
    {
        foreach (var point in await points.ReadPointsAsync(component, cancellationToken).ConfigureAwait(false))
        {
            var upgrade = await upgrades.FindAsync(point.Upgrade, cancellationToken).ConfigureAwait(false);
            switch (upgrade)
            {
                case { State: UpgradeState.RolledBack, TakenBackBy: AuditEntry.System }:
                    // It changed nothing in the end, and what is wrong now was there before it.
                    continue;
                case { State: UpgradeState.Completed, Request.RollsBack: null }:
                    return (upgrade, "");
                case not null:
                    return (null, $"'{component}' went back already, by the upgrade {upgrade.Id} ({upgrade.State}). To go back further, name the upgrade that is to be taken back.");
            }
        }

        return (null, $"There is no rollback point of '{component}': no upgrade of it is on record that could be taken back.");
    }

    private static IReadOnlyList<EmergencyOutcome> Outcomes(UpgradeRecord upgrade, EmergencyAction action, string detail) =>
        [.. upgrade.Request.Targets.Select(target => new EmergencyOutcome(target.Component, action, upgrade.Id, detail))];

    [LoggerMessage(3013, LogLevel.Error, "What an emergency rollback was answered could not be kept, nor what it refused be put on record")]
    private static partial void LogNotKept(ILogger logger, Exception failure);

    [LoggerMessage(3012, LogLevel.Error, "'{Component}' could not be brought back in an emergency")]
    private static partial void LogNotBroughtBack(ILogger logger, Exception failure, string component);
}

/// <summary>What an emergency rollback has ordered for a component.</summary>
public enum EmergencyAction
{
    /// <summary>It goes back.</summary>
    GoesBack,

    /// <summary>It cannot go back.</summary>
    Refused,
}

/// <summary>What an emergency rollback has ordered for one component. Immutable.</summary>
/// <param name="Component">The component.</param>
/// <param name="Action">What was ordered.</param>
/// <param name="Upgrade">The upgrade by which it goes back; empty for none.</param>
/// <param name="Detail">The same in words, or why not.</param>
public sealed record EmergencyOutcome(string Component, EmergencyAction Action, string Upgrade, string Detail)
{
    /// <summary>Whether it was refused because something failed on the way, which may be gone at the next try.</summary>
    internal bool HasFailed { get; init; }
}

/// <summary>How the answer to an emergency rollback is kept.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<EmergencyOutcome>))]
internal sealed partial class EmergencyJson : JsonSerializerContext;
