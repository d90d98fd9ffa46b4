namespace Theseus.Control.Upgrades;

/// <summary>Where a metric that waves are judged by comes from.</summary>
public enum MetricSource
{
    /// <summary>What a node's process uses: one of the monitor's metrics of a node, like <c>node.processor</c>.</summary>
    Node,

    /// <summary>An instrument that the component's own code makes, by its name: a counter as a rate for each second, all others as what they say. Of a histogram the mean.</summary>
    Instrument,

    /// <summary>A query to a server that understands Prometheus' HTTP API, in which <c>$nodes</c> stands for a side's nodes, as a regular expression, or <c>$release</c> for its version.</summary>
    Prometheus,
}

/// <summary>Which way a metric is worse.</summary>
public enum MetricWorse
{
    /// <summary>When it is higher.</summary>
    Higher,

    /// <summary>When it is lower.</summary>
    Lower,

    /// <summary>When it is different.</summary>
    Different,
}

/// <summary>What follows when a metric is shown to be worse: how critical it is.</summary>
public enum MetricThen
{
    /// <summary>The wave fails.</summary>
    Fail,

    /// <summary>The wave is inconclusive, and the plan's answer to that follows.</summary>
    Ask,

    /// <summary>It is told in the verdict, and nothing else.</summary>
    Tell,
}

/// <summary>A metric that waves are judged by, beside the calls. Immutable.</summary>
public sealed record JudgedMetric
{
    /// <summary>What it is called: letters, digits, <c>-</c> and <c>_</c>, at most 40 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Where it comes from.</summary>
    public required MetricSource Source { get; init; }

    /// <summary>Which it is there: a name, or a query.</summary>
    public required string Of { get; init; }

    /// <summary>Which way it is worse. Default: higher.</summary>
    public MetricWorse Worse { get; init; }

    /// <summary>From what difference on it matters, as a share of the baseline's value; above 0. Default 0.1.</summary>
    public double By { get; init; } = 0.1;

    /// <summary>How far apart the two have to be as well to matter, in the metric's own unit; from 0. Default 0.</summary>
    public double From { get; init; }

    /// <summary>What the candidate's value may be at most, or at least where lower is worse, whatever the baseline's is; null, the default, for no such limit.</summary>
    public double? Limit { get; init; }

    /// <summary>What follows when it is worse. Default: the wave fails.</summary>
    public MetricThen Then { get; init; }

    /// <summary>
    /// Whether a value that never moves counts as one. Default: no, since what nobody measures any more does not move either;
    /// the wave is inconclusive then.
    /// </summary>
    public bool MayStandStill { get; init; }
}
