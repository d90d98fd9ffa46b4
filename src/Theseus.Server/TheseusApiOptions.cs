namespace Theseus.Server;

/// <summary>The bounds of the API. Set before it is mapped; not thread-safe.</summary>
public sealed class TheseusApiOptions
{
    /// <summary>How many wrong tokens an address may send in a minute before it is told to wait, from 1; a right one is let through in any case. Default: 60.</summary>
    public int FailedAttemptsPerMinute { get; set; } = 60;

    /// <summary>How many event streams may be open at once, from 1. Default: 100.</summary>
    public int MostEventStreams { get; set; } = 100;

    /// <summary>After how long without an event a stream sends a comment, so that both sides see that the other is there; above zero. Default: 15 s.</summary>
    public TimeSpan EventHeartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>All that is wrong with these options; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (FailedAttemptsPerMinute < 1)
        {
            faults.Add("Api.FailedAttemptsPerMinute has to be 1 or greater.");
        }

        if (MostEventStreams < 1)
        {
            faults.Add("Api.MostEventStreams has to be 1 or greater.");
        }

        if (EventHeartbeat <= TimeSpan.Zero)
        {
            faults.Add("Api.EventHeartbeat has to be above zero.");
        }

        return faults;
    }
}
