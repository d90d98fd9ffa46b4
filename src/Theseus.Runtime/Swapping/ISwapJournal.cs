namespace Theseus.Runtime.Swapping;

/// <summary>What a swap asks of the host's durable memory. Each call has reached the disk when it completes.</summary>
internal interface ISwapJournal
{
    /// <summary>Notes that a swap begins, and gives it an identifier.</summary>
    Task<string> BeginAsync(string component, Generation? from, ReleaseRef to);

    /// <summary>Notes the step that a swap is about to take.</summary>
    Task StepAsync(string component, string id, SwapStep step);

    /// <summary>Makes a release the one that is served after a restart.</summary>
    Task ConfirmAsync(string component, ReleaseRef release);

    /// <summary>Notes how a swap ended.</summary>
    Task EndAsync(SwapResult result);

    /// <summary>Notes how a generation that a swap left behind was retired: the old one, the candidate that was taken back, or the new release's other form. May be called again until it is gone.</summary>
    Task NoteRetirementAsync(string component, string id, RetirementRecord retirement, bool isOtherForm);

    /// <summary>Notes a swap that was refused, and gives it an identifier; the same as before when it only repeats the refusal before.</summary>
    Task<string> RefuseAsync(SwapResult refused, Generation? serving, ReleaseRef to);
}
