using System.Runtime.InteropServices;
using Relay;

namespace Theseus.LoadBench.LostCalls;

/// <summary>Callers of a relay that check each answer: the version that answered, and the call's own token.</summary>
internal static partial class RelayCallers
{
    private const int Lowest = 19;

    [ThreadStatic] private static bool t_isLow;

    public static Callers Start(IRelay relay, Func<string, bool> isVersion) => new Callers()
        .Add(Environment.ProcessorCount, number =>
        {
            var next = 0L;
            return () =>
            {
                GiveWay();
                var token = $"{number}/{next++}";
                var isAnswer = IsAnswer(relay.Call(() => token), token, isVersion);
                Pause();
                return isAnswer;
            };
        })
        .AddAsynchronous(1, number =>
        {
            var next = 0L;
            return async () =>
            {
                var token = $"async {number}/{next++}";
                var answer = await relay.CallAsync(async () =>
                {
                    // The call suspends, and ends on whichever thread the pool has.
                    await Task.Yield();
                    return token;
                });
                return IsAnswer(answer, token, isVersion);
            };
        });

    // Callers take all that the processors have left, and no swap waits for its turn behind them: a hundred thousand of them
    // would otherwise spend hours waiting.
    private static void GiveWay()
    {
        if (!t_isLow)
        {
            t_isLow = true;
            if (OperatingSystem.IsLinux())
            {
                // Of the thread that asks, as Linux has it.
                _ = SetPriority(0, 0, Lowest);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int priority);

    // A caller is outside for most of its time. One that the machine puts aside inside of a call holds the drain up until
    // it gets its turn again; where callers were always inside, a busy machine would measure nothing else.
    private static void Pause() => Thread.SpinWait(100);

    private static bool IsAnswer(string answer, string token, Func<string, bool> isVersion) =>
        answer.IndexOf('>') is var at and > 0 && answer.AsSpan(at + 1).SequenceEqual(token) && isVersion(answer[..at]);
}
