using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Diagnostics.Tracing;
using System.Reflection;

namespace Theseus.Runtime.Loading;

/// <summary>Disposes the meters, listeners and waits that a generation has left behind: those that would call its code.</summary>
internal static class ForgottenListeners
{
    public static IEnumerable<PinFinding> Free(CodeOwner owner, Aside aside)
    {
        foreach (var (what, candidate) in Candidates())
        {
            if (Called(candidate, owner) is not { } called)
            {
                continue;
            }

            var name = $"{what} that calls {CodeOwner.NameOf(called)}";
            if (candidate is RegisteredWaitHandle wait)
            {
                wait.Unregister(null);
                yield return new PinFinding(PinKind.BackgroundTask, name, IsFreed: true);
            }
            // It may be of a class of the component's, or call back.
            else if (aside.TryRun($"disposing {name}", ((IDisposable)candidate).Dispose, out var failure) && failure is null)
            {
                yield return new PinFinding(PinKind.Diagnostics, name, IsFreed: true);
            }
        }
    }

    private static IEnumerable<(string What, object Candidate)> Candidates()
    {
        var listeners = PrivateState.LinksOf(PrivateState.Of(typeof(DiagnosticListener), "s_allListeners"), "_next").ToList();
        var all = PrivateState.Of(typeof(DiagnosticListener), "s_allListenerObservable");
        var pool = PrivateState.Of(typeof(Timer).Assembly.GetType("System.Threading.PortableThreadPool"), "ThreadPoolInstance");
        return
        [
            .. Named("a meter", PrivateState.ItemsOf(PrivateState.Of(typeof(Meter), "s_allMeters"))),
            .. Named("a meter listener", PrivateState.ItemsOf(PrivateState.Of(typeof(MeterListener), "s_allStartedListeners"))),
            .. Named("an activity listener", PrivateState.ItemsOf(PrivateState.Of(typeof(ActivitySource), "s_allListeners"))),
            .. Named("an event listener", PrivateState.LinksOf(PrivateState.Of(typeof(EventListener), "s_Listeners"), "m_Next")),
            .. Named("a subscription to all diagnostic listeners", PrivateState.LinksOf(PrivateState.Of(all, "_subscriptions"), "Next")),
            .. listeners.SelectMany(l => Named("a subscription to a diagnostic listener", PrivateState.LinksOf(PrivateState.Of(l, "_subscriptions"), "Next"))),
            .. Named("a registered wait", PrivateState.LinksOf(PrivateState.Of(pool, "_waitThreadsHead"), "<Next>k__BackingField")
                .SelectMany(node => PrivateState.Of(PrivateState.Of(node, "<Thread>k__BackingField"), "_registeredWaits") is Array waits
                    ? waits.Cast<object?>().OfType<object>()
                    : [])),
        ];
    }

    private static IEnumerable<(string What, object Candidate)> Named(string what, IEnumerable<object> candidates) => candidates.Select(c => (what, c));

    private static object? Called(object candidate, CodeOwner owner)
    {
        if (owner.Owns(candidate))
        {
            return candidate;
        }

        return candidate switch
        {
            // A meter that does not observe holds nothing of its owner.
            Meter meter => PrivateState.ItemsOf(PrivateState.Of(meter, "_instruments")).Select(i => PrivateState.Of(i, "_callback")).FirstOrDefault(owner.Owns),
            RegisteredWaitHandle wait => Array.Find(
                [PrivateState.Of(PrivateState.Of(wait, "_callbackHelper"), "_waitOrTimerCallback"), PrivateState.Of(PrivateState.Of(wait, "_callbackHelper"), "_state")],
                owner.Owns),
            _ => CallbacksOf(candidate).FirstOrDefault(owner.Owns),
        };
    }

    private static IEnumerable<object?> CallbacksOf(object listener) =>
        listener.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            .Where(f => typeof(Delegate).IsAssignableFrom(f.FieldType) || f.Name is "Observer" or "Subscriber")
            .Select(f => f.GetValue(listener));
}
