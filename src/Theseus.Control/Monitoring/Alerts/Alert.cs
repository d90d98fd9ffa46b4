using System.Text.Json.Serialization;

namespace Theseus.Control.Monitoring;

/// <summary>How an alert stands.</summary>
public enum AlertState
{
    /// <summary>It is raised, and nobody has said that he looks at it.</summary>
    Raised,

    /// <summary>Somebody looks at it.</summary>
    Acknowledged,

    /// <summary>It is over.</summary>
    Cleared,
}

/// <summary>An alert: one rule, one subject, from when it was raised until it is cleared. Immutable.</summary>
public sealed record Alert
{
    /// <summary>Its id, unique for ever.</summary>
    public required string Id { get; init; }

    /// <summary>Counts its changes, from 1.</summary>
    public required int Revision { get; init; }

    /// <summary>The rule that raised it.</summary>
    public required string Rule { get; init; }

    /// <summary>How much it matters.</summary>
    public required AlertSeverity Severity { get; init; }

    /// <summary>The metric.</summary>
    public required string Metric { get; init; }

    /// <summary>What it is about: a node's or component's name, an upgrade's id, or empty for the fleet.</summary>
    public required string Subject { get; init; }

    /// <summary>How it stands.</summary>
    public required AlertState State { get; init; }

    /// <summary>When it was raised.</summary>
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>The value that it was raised at; null for one that was raised for want of values.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Value { get; init; }

    /// <summary>The rule's threshold then.</summary>
    public required double Threshold { get; init; }

    /// <summary>What it is, in words.</summary>
    public required string Text { get; init; }

    /// <summary>Who said that he looks at it; empty for nobody.</summary>
    public string AcknowledgedBy { get; init => field = value ?? ""; } = "";

    /// <summary>What he said.</summary>
    public string Note { get; init => field = value ?? ""; } = "";

    /// <summary>When it was cleared; null while it is not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? ClearedAt { get; init; }

    /// <summary>Why it was cleared, in words; empty while it is not.</summary>
    public string ClearedBy { get; init => field = value ?? ""; } = "";
}
