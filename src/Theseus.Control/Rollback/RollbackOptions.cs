namespace Theseus.Control;

/// <summary>How long, and how far, it is possible to go back. Set before the control plane is started; not thread-safe.</summary>
public sealed class RollbackOptions
{
    /// <summary>How long after an upgrade's end it can be taken back on demand; above zero. Default: 7 days.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How many rollback points of each component are kept, from 1. Default: 10.</summary>
    public int KeptPerComponent { get; set; } = 10;

    /// <summary>How long rollback points are kept; at least <see cref="Window"/>. Default: 30 days.</summary>
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How many upgrades of a component in a row may take themselves back before no further one begins by itself, from 1.
    /// One that a person asks for is not held up. Default: 3.
    /// </summary>
    public int MostInARow { get; set; } = 3;

    /// <summary>All that is wrong with these options; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (Window <= TimeSpan.Zero)
        {
            faults.Add("Rollback.Window has to be above zero.");
        }

        if (KeptPerComponent < 1)
        {
            faults.Add("Rollback.KeptPerComponent has to be 1 or greater.");
        }

        if (KeptFor < Window)
        {
            faults.Add("Rollback.KeptFor has to be at least Rollback.Window.");
        }

        if (MostInARow < 1)
        {
            faults.Add("Rollback.MostInARow has to be 1 or greater.");
        }

        return faults;
    }
}
