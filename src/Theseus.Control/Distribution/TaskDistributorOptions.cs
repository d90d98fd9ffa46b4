namespace Theseus.Control.Distribution;

/// <summary>How tasks are distributed. Set before the distributor is made; not thread-safe.</summary>
public sealed class TaskDistributorOptions
{
    /// <summary>How many tasks all nodes together may have at once; from 1. Default: 100,000.</summary>
    public int MostAssigned { get; set; } = 100_000;

    /// <summary>How many tasks a node may have at once, whatever it says it can; from 1. Default: 10,000.</summary>
    public int MostPerNode { get; set; } = 10_000;

    /// <summary>How many tasks are given to nodes in one transaction; from 1. Default: 2,000.</summary>
    public int MostAtOnce { get; set; } = 2_000;

    /// <summary>
    /// How much longer than an attempt's deadline its answer is waited for: it has to get there, and clocks of several
    /// control planes may differ. Default: 10 s.
    /// </summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often it is looked for what is due, when nothing happens; above zero. Default: 1 s.</summary>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether an attempt counts as failed when its node was lost meanwhile: what brings its nodes down comes to an end by that. Default: yes.</summary>
    public bool LostCountsAsFailure { get; set; } = true;

    /// <summary>How long tasks that have ended are kept; above zero. Default: 7 days.</summary>
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How many tasks that have ended are kept; from 0. Default: 200,000.</summary>
    public long KeepMost { get; set; } = 200_000;

    /// <summary>All that is wrong with these options; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        Check(MostAssigned >= 1, $"{nameof(MostAssigned)} has to be 1 or greater.");
        Check(MostPerNode >= 1, $"{nameof(MostPerNode)} has to be 1 or greater.");
        Check(MostAtOnce >= 1, $"{nameof(MostAtOnce)} has to be 1 or greater.");
        Check(Grace >= TimeSpan.Zero, $"{nameof(Grace)} may not be below zero.");
        Check(LookEvery > TimeSpan.Zero, $"{nameof(LookEvery)} has to be above zero.");
        Check(KeepFor > TimeSpan.Zero, $"{nameof(KeepFor)} has to be above zero.");
        Check(KeepMost >= 0, $"{nameof(KeepMost)} may not be below zero.");
        return faults;

        void Check(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add($"Tasks.{fault}");
            }
        }
    }
}
