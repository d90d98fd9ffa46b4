using Theseus.Runtime;
using Theseus.Runtime.Swapping;

namespace Theseus.LoadBench.LostCalls;

/// <summary>Remembers nothing: what a host writes to its disk, a dozen times in each swap, would be most of the time.</summary>
internal sealed class MemoryJournal : ISwapJournal
{
    public Task<string> BeginAsync(string component, Generation? from, ReleaseRef to) => Task.FromResult("swap");

    public Task StepAsync(string component, string id, SwapStep step) => Task.CompletedTask;

    public Task ConfirmAsync(string component, ReleaseRef release) => Task.CompletedTask;

    public Task EndAsync(SwapResult result) => Task.CompletedTask;

    public Task NoteRetirementAsync(string component, string id, RetirementRecord retirement, bool isOtherForm) => Task.CompletedTask;

    public Task<string> RefuseAsync(SwapResult refused, Generation? serving, ReleaseRef to) => Task.FromResult("refusal");
}
