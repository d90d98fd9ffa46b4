using NuGet.Versioning;

namespace Theseus.Control;

/// <summary>What an operator changes of a component. What is left out stays as it is. Immutable.</summary>
public sealed record ComponentChange
{
    /// <summary>How much depends on it; null leaves that.</summary>
    public Criticality? Criticality { get; init; }

    /// <summary>Labels to set, and by null to remove; others stay.</summary>
    public IReadOnlyDictionary<string, string?> Labels { get; init; } = new Dictionary<string, string?>();

    /// <summary>Whether it may be replaced while its host runs; null leaves that.</summary>
    public bool? IsHotSwappable { get; init; }

    /// <summary>The versions that it is held to; null leaves that.</summary>
    public VersionRange? Pinned { get; init; }

    /// <summary>Whether it is held to no versions any longer; for nothing where <see cref="Pinned"/> is given.</summary>
    public bool Unpin { get; init; }

    /// <summary>Versions that must not run from now on.</summary>
    public IReadOnlyList<VersionRange> Block { get; init; } = [];

    /// <summary>Ranges that were blocked, and are not any longer, each as it was given; unknown ones are nothing to do.</summary>
    public IReadOnlyList<VersionRange> Unblock { get; init; } = [];

    /// <summary>The component with the change; the same object when there is nothing to change.</summary>
    internal ComponentDescriptor ApplyTo(ComponentDescriptor present)
    {
        var labels = present.Labels.ToDictionary(StringComparer.Ordinal);
        foreach (var (key, value) in Labels)
        {
            if (value is null)
            {
                labels.Remove(key);
            }
            else
            {
                labels[key] = value;
            }
        }

        var blocked = present.Blocked.Except(Unblock).Union(Block).ToList();
        var next = present with
        {
            Criticality = Criticality ?? present.Criticality,
            Labels = labels.Count == present.Labels.Count && !labels.Except(present.Labels).Any() ? present.Labels : labels,
            IsHotSwappable = IsHotSwappable ?? present.IsHotSwappable,
            Pinned = Pinned ?? (Unpin ? null : present.Pinned),
            Blocked = blocked.SequenceEqual(present.Blocked) ? present.Blocked : blocked,
        };
        return next == present ? present : next;
    }

    /// <summary>What is different, before and after, in words for the record.</summary>
    internal static (string From, string To) Tell(ComponentDescriptor before, ComponentDescriptor after)
    {
        var told = new List<(string From, string To)>
        {
            (before.Criticality.ToString(), after.Criticality.ToString()),
            (HotSwappable(before), HotSwappable(after)),
            (PinOf(before), PinOf(after)),
            (BlocksOf(before), BlocksOf(after)),
        };
        told.AddRange(before.Labels.Keys.Union(after.Labels.Keys).Order(StringComparer.Ordinal).Select(key => (LabelOf(before, key), LabelOf(after, key))));
        var different = told.Where(one => one.From != one.To).ToList();
        return (string.Join("; ", different.Select(one => one.From)), string.Join("; ", different.Select(one => one.To)));
    }

    private static string HotSwappable(ComponentDescriptor component) => component.IsHotSwappable ? "hot-swappable" : "not hot-swappable";

    private static string PinOf(ComponentDescriptor component) => component.Pinned is { } pinned ? $"held to {pinned.ToNormalizedString()}" : "held to no versions";

    private static string BlocksOf(ComponentDescriptor component) =>
        component.Blocked.Count == 0 ? "nothing blocked" : $"blocked: {string.Join(" and ", component.Blocked.Select(range => range.ToNormalizedString()))}";

    private static string LabelOf(ComponentDescriptor component, string key) => component.Labels.TryGetValue(key, out var value) ? $"label {key}={value}" : $"no label {key}";
}
