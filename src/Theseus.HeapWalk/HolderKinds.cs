using Microsoft.Diagnostics.Runtime;

namespace Theseus.HeapWalk;

/// <summary>Says what kind of holder a way from a root to the generation is, by the types on it.</summary>
internal static class HolderKinds
{
    // The first that fits counts: a registration is also reached through a static field, a timer through a task.
    private static readonly (string Kind, string[] Marks)[] _marks =
    [
        ("AsyncLocal", ["System.Threading.AsyncLocalValueMap", "System.Threading.ExecutionContext"]),
        ("CancellationRegistration", ["System.Threading.CancellationTokenSource+CallbackNode", "System.Threading.CancellationTokenSource+Registrations"]),
        ("Diagnostics", ["System.Diagnostics.Metrics.", "System.Diagnostics.ActivityListener", "System.Diagnostics.ActivitySource", "System.Diagnostics.DiagnosticListener", "System.Diagnostics.SynchronizedList<System.Diagnostics.Activity"]),
        ("Container", ["Microsoft.Extensions.DependencyInjection."]),
        ("Timer", ["System.Threading.TimerQueueTimer", "System.Threading.TimerQueue", "System.Threading.PeriodicTimer"]),
    ];

    private const int Near = 8;

    private static readonly string[] _tasks = ["System.Threading.Tasks.", "System.Runtime.CompilerServices.AsyncTaskMethodBuilder", "System.Threading.RegisteredWaitHandle", "System.Net.Sockets."];

    private static readonly string[] _events = ["System.EventHandler", "System.UnhandledExceptionEventHandler", "System.ConsoleCancelEventHandler", "System.ResolveEventHandler", "System.AssemblyLoadEventHandler", "System.Action", "System.Func"];

    /// <param name="root">The kind of the root.</param>
    /// <param name="isStatic">Whether the root is a static field.</param>
    /// <param name="types">The types on the way, without the generation's own at its end.</param>
    public static string Of(ClrRootKind root, bool isStatic, IReadOnlyList<string> types)
    {
        // What is close to the generation says how it is held; what is far only how its holder is.
        var near = types.TakeLast(Near).ToList();
        if (near.TakeLast(2).Any(t => t.EndsWith("Exception", StringComparison.Ordinal)))
        {
            return "Exception";
        }

        foreach (var (kind, marks) in _marks)
        {
            if (Contains(near, marks))
            {
                return kind;
            }
        }

        if (isStatic && types.Count <= 5 && types.Count > 1 && _events.Any(e => types[1].StartsWith(e, StringComparison.Ordinal)))
        {
            return "StaticEvent";
        }

        if (Contains(near.TakeLast(3), _tasks))
        {
            return "BackgroundTask";
        }

        if (types.Count <= 1)
        {
            return root == ClrRootKind.Stack ? "RunningThread" : "GcHandle";
        }

        var holder = types.LastOrDefault(t => t != "System.RuntimeType" && !IsCollection(t)) ?? types[^1];
        return IsLibrary(holder) ? isStatic ? "Cache" : "HeldByHost" : isStatic && types.Count <= 3 ? "StaticField" : "HeldByHost";
    }

    private static bool Contains(IEnumerable<string> types, string[] marks) =>
        types.Any(t => marks.Any(m => t.StartsWith(m, StringComparison.Ordinal)));

    private static bool IsLibrary(string type) =>
        type.StartsWith("System.", StringComparison.Ordinal) || type.StartsWith("Microsoft.", StringComparison.Ordinal);

    private static bool IsCollection(string type) =>
        type.EndsWith("[]", StringComparison.Ordinal) || type.StartsWith("System.Collections.", StringComparison.Ordinal);
}
