namespace Theseus.Control.Validation;

/// <summary>What the owner allows, and what history advises against.</summary>
internal static class PolicyRules
{
    public static IEnumerable<Finding> Pinned(ValidationContext context)
    {
        const string Policy = "policy: pinned";
        var target = context.Upgrade.Target;
        var pins = new[] { (Place: Policy, Range: context.Upgrade.Policy.Pinned, Mend: "change the policy"), (Place: "component: pinned", Range: context.Upgrade.Component.Pinned, Mend: "have an operator unpin it") }.Where(pin => pin.Range is not null).ToList();
        return context.Upgrade.IsRollback ? [Finding.Pass(Policy, "It goes back to what served before.")]
            : pins.Count == 0 ? [Finding.Pass(Policy, "It is not held to any version.")]
            : pins.Select(pin => pin.Range!.Satisfies(target)
                ? Finding.Pass(pin.Place, $"{target.ToNormalizedString()} is in {pin.Range.ToNormalizedString()}.")
                : Finding.Error(pin.Place, $"'{context.Upgrade.Component.Name}' is held to {pin.Range.ToNormalizedString()}; {target.ToNormalizedString()} is outside.", $"Choose a version in that range, or {pin.Mend}."));
    }

    public static IEnumerable<Finding> Blocked(ValidationContext context)
    {
        var target = context.Upgrade.Target;
        var blocking = context.Upgrade.Policy.Blocked.Select(range => (Place: "policy: blocked", Range: range, Mend: "change the policy"))
            .Concat(context.Upgrade.Component.Blocked.Select(range => (Place: "component: blocked", Range: range, Mend: "have an operator unblock it")))
            .Where(one => one.Range.Satisfies(target)).ToList();
        return blocking.Count == 0
            ? [Finding.Pass("policy: blocked", "It is not blocked.")]
            : blocking.Select(one => Finding.Error(one.Place, $"{target.ToNormalizedString()} is blocked by {one.Range.ToNormalizedString()}.", $"Choose another version, or {one.Mend}."));
    }

    public static IEnumerable<Finding> Age(ValidationContext context)
    {
        var least = context.Upgrade.Policy.MinimumAge;
        if (least <= TimeSpan.Zero || context.Upgrade.IsRollback)
            yield return Finding.Pass("policy: minimumAge", "No age is asked for.");
        else if (context.Target.Published is not { } published)
            yield return Finding.Error("policy: minimumAge", $"A release must be {least} old, and no feed tells since when it has this one.", "Use a feed that tells, or set no minimum age.");
        else if (context.Upgrade.Now - published is var age && age < least)
            yield return Finding.Error("policy: minimumAge", $"A release must be {least} old; this one is in its feed since {published:u}.", $"Wait until {published + least:u}, or change the policy.");
        else
            yield return Finding.Pass("policy: minimumAge", $"It is in its feed since {published:u}.");
    }

    public static IEnumerable<Finding> Prerelease(ValidationContext context)
    {
        const string Place = "policy: allowPrerelease";
        var target = context.Upgrade.Target;
        yield return !target.IsPrerelease || context.Upgrade.IsRollback ? Finding.Pass(Place, context.Upgrade.IsRollback ? "It goes back to what served before." : "It is not a prerelease.")
            : context.Upgrade.Policy.AllowPrerelease ? Finding.Pass(Place, "Prereleases are allowed.")
            : context.Upgrade.IsAutomatic ? Finding.Error(Place, $"{target.ToNormalizedString()} is a prerelease, and nobody has asked for it.", "Allow prereleases, or ask for it yourself.")
            : Finding.Warning(Place, $"{target.ToNormalizedString()} is a prerelease.", "Allow prereleases if this is meant.");
    }

    public static IEnumerable<Finding> NotReverted(ValidationContext context)
    {
        var (name, target) = (context.Upgrade.Component.Name, context.Upgrade.Target);
        var reverted = context.Upgrade.Rollbacks.Where(one => one.Component == name && one.Version == target).OrderBy(one => one.When).ToList();
        if (reverted.Count == 0 || context.Upgrade.IsRollback)
        {
            yield return Finding.Pass("history", "It was not rolled back before.");
            yield break;
        }

        var last = reverted[^1];
        var message = $"{target.ToNormalizedString()} was rolled back {(reverted.Count == 1 ? "once" : $"{reverted.Count} times")}, last at {last.When:u}{(last.Why.Length > 0 ? $" ('{last.Why}')" : "")}.";
        yield return context.Upgrade.IsAutomatic
            ? Finding.Error("history", message, "It is not taken again by itself: publish a mended version, or ask for this one yourself.")
            : Finding.Warning("history", message, "Make sure that the cause is mended.");
    }
}
