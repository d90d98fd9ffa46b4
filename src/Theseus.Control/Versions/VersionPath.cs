using NuGet.Versioning;

namespace Theseus.Control;

/// <summary>A way from one release to another, by steps that are each declared safe. Immutable.</summary>
/// <param name="From">The version that serves; null for a first deployment.</param>
/// <param name="To">The version to get to.</param>
/// <param name="Steps">The steps, in order; empty where the version serves already.</param>
public sealed record VersionPath(NuGetVersion? From, NuGetVersion To, IReadOnlyList<VersionStep> Steps)
{
    /// <summary>Whether there is no release in between.</summary>
    public bool IsDirect => Steps.Count == 1;

    /// <summary>Whether every step can be taken back.</summary>
    public bool IsReversible => Steps.All(step => step.IsReversible);

    /// <inheritdoc/>
    public override string ToString() => string.Join(" -> ", [From?.ToNormalizedString() ?? "nothing", .. Steps.Select(step => step.To.ToNormalizedString())]);
}

/// <summary>A way, or why there is none. Immutable.</summary>
/// <param name="Path">The way; null if there is none.</param>
/// <param name="Refused">Where there is no way: the steps that were looked at and refused, each with what stopped it.</param>
/// <param name="Problems">What could not be looked at: releases that no feed has, or that are damaged; in words.</param>
public sealed record PathResult(VersionPath? Path, IReadOnlyList<VersionStep> Refused, IReadOnlyList<string> Problems)
{
    /// <summary>Why there is no way, in words, a line per reason; empty if there is one.</summary>
    public IReadOnlyList<string> WhyNot => Path is not null ? [] : [.. Refused.Select(Describe), .. Problems];

    private static string Describe(VersionStep step) => step.IsAllowed
        ? $"{step.From} -> {step.To} cannot be taken back: {string.Join(" ", step.WayBack.Select(one => one.Message))}"
        : step.ToString();
}
