using System.Runtime;

namespace Theseus.Runtime.Swapping;

/// <summary>
/// Makes calls on a generation that nobody else calls yet, so that its code is compiled before its first real call: first
/// a number of rounds, then, where the runtime compiles in tiers, until it has nothing left to recompile.
/// </summary>
/// <remarks>
/// Code that can be unloaded is compiled once, at full optimisation, when it is first called. Resident code goes through
/// tiers (dotnet/runtime, docs/design/features/tiered-compilation.md): compiled fast at first; counted from 100 ms after
/// the last such compilation on; after 30 counted calls compiled again in the background, for some methods with
/// instruments in between. If callers came before that was over, the compiler would take the processors from them.
/// </remarks>
internal sealed class WarmUp(Generation generation, IReadOnlyList<NamedCall> calls, SwapOptions options, TimeProvider time)
{
    // More than the 30 calls after which a method is compiled for the next tier.
    private const int RoundsPerLook = 32;

    // The last look may fall between two tiers, while the runtime still waits for its 100 ms to pass.
    private const int QuietLooks = 2;

    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(150);

    private readonly UserCode _userCode = new(time);

    /// <summary>Warms up.</summary>
    /// <exception cref="SwapFailedException">A call threw, or took too long.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (calls.Count == 0 || options.WarmUp.Rounds == 0)
        {
            return;
        }

        await RepeatAsync(options.WarmUp.Rounds, options.WarmUp.LongestTime, cancellationToken).ConfigureAwait(false);
        if (!generation.Loaded.IsCollectible)
        {
            await SettleAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Goes on until the runtime compiles no more. In a process that compiles all the time for other reasons, the deadline ends it.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var quiet = 0;
        var compiled = JitInfo.GetCompiledMethodCount();
        while (quiet < QuietLooks && Left() > TimeSpan.Zero)
        {
            await RepeatAsync(RoundsPerLook, Left(), cancellationToken).ConfigureAwait(false);
            await Task.Delay(s_betweenLooks, time, cancellationToken).ConfigureAwait(false);
            var now = JitInfo.GetCompiledMethodCount();
            quiet = now == compiled ? quiet + 1 : 0;
            compiled = now;
        }

        TimeSpan Left() => options.WarmUp.LongestSettling - time.GetElapsedTime(begun);
    }

    private async Task RepeatAsync(int rounds, TimeSpan longest, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        for (var round = 0; round < rounds && (round == 0 || time.GetElapsedTime(begun) < longest); round++)
        {
            // A round is one stretch of user code: a hand-over to another thread per call would cost more than most calls.
            // The deadline is each call's own all the same.
            var current = "";
            var patience = new Patience(options.Deadlines.WarmUpCall, time);
            await _userCode.RunAsync(
                async token =>
                {
                    foreach (var call in calls)
                    {
                        // What is left behind makes no further call when the one that hung returns after all.
                        token.ThrowIfCancellationRequested();
                        patience.Renew();
                        Volatile.Write(ref current, call.Name);
                        await call.Make(generation.Loaded.Instance, token).ConfigureAwait(false);
                    }

                    return true;
                },
                patience,
                SwapReason.WarmUpFailed,
                SwapReason.WarmUpTimedOut,
                () => $"The warm-up call '{Volatile.Read(ref current)}'",
                cancellationToken).ConfigureAwait(false);
        }
    }
}
