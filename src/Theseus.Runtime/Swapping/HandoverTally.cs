using Theseus.Runtime.State;

namespace Theseus.Runtime.Swapping;

/// <summary>Adds up what one swap's hand-overs cost its callers: the trial of migrations, the way there, the way back, the promotion. Used by one swap at a time.</summary>
internal sealed class HandoverTally
{
    /// <summary>The longest time for which callers were held back in one go.</summary>
    public TimeSpan LongestHold { get; private set; }

    /// <summary>The bytes of state that were exported to be handed over; what was exported for a trial alone is not among them.</summary>
    public long StateBytes { get; private set; }

    public void Add(HandoverPlan plan) => AddHold(plan.TrialHold);

    public void Add(HandoverResult result)
    {
        AddHold(result.CriticalSection);
        StateBytes += result.StateBytes;
    }

    private void AddHold(TimeSpan hold) => LongestHold = hold > LongestHold ? hold : LongestHold;
}
