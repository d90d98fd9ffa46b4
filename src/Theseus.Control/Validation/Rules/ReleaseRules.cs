namespace Theseus.Control.Validation;

/// <summary>Whether there is something to upgrade to, and need for it.</summary>
internal static class ReleaseRules
{
    public static IEnumerable<Finding> Exists(ValidationContext context)
    {
        var (name, version) = (context.Upgrade.Component.Name, context.Upgrade.Target.ToNormalizedString());
        yield return context.Target.Availability switch
        {
            ReleaseAvailability.Available or ReleaseAvailability.Refused => Finding.Pass("", $"There is a release {version} of '{name}'."),
            _ when context.Upgrade.KeptDigest is not null => Unavailable(context),
            ReleaseAvailability.NotFound => Finding.Error("", string.Join(" ", context.Target.Problems), "Publish the release, or choose one that there is."),
            _ => Finding.Error("", string.Join(" ", context.Target.Problems), "Mend the way to the feed, or take the feed out, and try again."),
        };
    }

    public static IEnumerable<Finding> IsIntact(ValidationContext context) => context.Target.Availability switch
    {
        ReleaseAvailability.Available => [Finding.Pass("", $"Every byte is what the manifest says; the release's digest is {context.Release.Digest}.")],
        ReleaseAvailability.Refused when context.Upgrade.KeptDigest is not null => [Unavailable(context)],
        ReleaseAvailability.Refused => context.Target.Problems.Select(problem => Finding.Error("package", problem, "Pack the component again, and publish it under a new version.")),
        // Whether it is there is for the other rule to say.
        _ => [Finding.Pass("", "There is nothing to be damaged.")],
    };

    /// <summary>Nodes looked into it when they got it, and have it still: what happened to the package since does not keep them from going back.</summary>
    private static Finding Unavailable(ValidationContext context) => Finding.Warning(
        "package", $"{string.Join(" ", context.Target.Problems)} Nodes go back to the release that they have kept, of the digest {context.Upgrade.KeptDigest}.", "Put the package back into a feed, for nodes that have lost it.");

    public static IEnumerable<Finding> IsHotSwappable(ValidationContext context)
    {
        var component = context.Upgrade.Component;
        yield return component.IsHotSwappable || component.CurrentVersion is null
            ? Finding.Pass("", "It may be replaced while its host runs.")
            : Finding.Error($"component {component.Name}", "Its owner says that it must not be replaced while its host runs.", "Upgrade it with a restart of its hosts, or change what is registered.");
    }

    public static IEnumerable<Finding> IsNeeded(ValidationContext context)
    {
        var (component, target) = (context.Upgrade.Component, context.Upgrade.Target);
        var others = context.Upgrade.Nodes.Where(node => node.Running is { } running && running != target).Select(node => node.Node).ToList();
        if (component.CurrentVersion != target)
            yield return Finding.Pass("", $"{component.CurrentVersion?.ToNormalizedString() ?? "No version"} serves.");
        else if (context.Upgrade.ChangesSettings)
            yield return Finding.Pass("", $"{target.ToNormalizedString()} serves, with other settings.");
        else if (others.Count > 0)
            yield return Finding.Pass(ValidationContext.Names(others), "Another version runs there.");
        else
            yield return Finding.Error("", $"{target.ToNormalizedString()} serves already.", "Choose another version.");
    }
}
