using System.Text.Json.Serialization;
using Theseus.Fleet;

namespace Theseus.Control;

/// <summary>What it takes to bring one component back to where it was before an upgrade. Stored before the upgrade's first activation. Immutable.</summary>
public sealed record RollbackPoint
{
    /// <summary>The upgrade before whose first activation it was taken.</summary>
    public required string Upgrade { get; init; }

    /// <summary>That upgrade's number.</summary>
    public required long Number { get; init; }

    /// <summary>The component.</summary>
    public required string Component { get; init; }

    /// <summary>The release that served, with its settings: code and configuration go back together.</summary>
    public required ReleaseId From { get; init; }

    /// <summary>The release that the upgrade led to.</summary>
    public required ReleaseId To { get; init; }

    /// <summary>What each of its nodes did with its calls.</summary>
    public required IReadOnlyList<NodeRoute> Nodes { get; init; }

    /// <summary>When it was taken.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Why nothing leads back to it by itself, in words; empty when something does. Known from what was validated of the upgrade.</summary>
    public string Irreversible { get; init; } = "";
}

/// <summary>Where one node sent a component's calls before an upgrade.</summary>
/// <param name="Node">The node.</param>
/// <param name="Stable">The release that served; null where none did.</param>
/// <param name="Trial">A release that was on trial; null for none.</param>
/// <param name="Share">The trial's share of the calls, from 0 to 1.</param>
public sealed record NodeRoute(string Node, ReleaseId? Stable, ReleaseId? Trial, double Share);

/// <summary>How rollback points are written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RollbackPoint))]
public sealed partial class RollbackJson : JsonSerializerContext;
