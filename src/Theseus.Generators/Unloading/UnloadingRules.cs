using Microsoft.CodeAnalysis;

namespace Theseus.Generators.Unloading;

internal static class UnloadingRules
{
    public static readonly DiagnosticDescriptor Json = Rule.Warning(
        Rule.Unloading,
        "THS2101",
        "Reflection-based JSON keeps a version loaded",
        "This use of System.Text.Json reflects over '{0}', and the framework's cache of that keeps this version loaded: pass the JsonTypeInfo of a source-generated JsonSerializerContext",
        "The serializer's caches live as long as the process and refer to the types that were serialized.");

    public static readonly DiagnosticDescriptor TypeDescriptor = Rule.Warning(
        Rule.Unloading,
        "THS2102",
        "TypeDescriptor keeps a version loaded",
        "TypeDescriptor caches what it is asked about for as long as the process lives, which keeps this version loaded: use reflection, or write the conversion out",
        "Its tables are static and refer to the component's types.");

    public static readonly DiagnosticDescriptor Dynamic = Rule.Warning(
        Rule.Unloading,
        "THS2103",
        "Dynamic code keeps a version loaded",
        "A dynamic operation is bound at run time, and the binder's cache keeps this version loaded: use static types",
        "Call sites and rules of the dynamic binder are cached in statics of the framework.");

    public static readonly DiagnosticDescriptor DispatchProxy = Rule.Warning(
        Rule.Unloading,
        "THS2104",
        "DispatchProxy keeps a version loaded",
        "DispatchProxy emits a type into an assembly that is never unloaded, which keeps this version loaded: write the proxy out, or generate it",
        "The emitted proxy types are cached for as long as the process lives.");

    public static readonly DiagnosticDescriptor Timer = Rule.Warning(
        Rule.Unloading,
        "THS2105",
        "A timer is not disposed",
        "This timer is never disposed, and a live timer keeps this version loaded: use IComponentContext.StartTimer, which ends with the version",
        "The runtime's timer queue refers to the callback.");

    public static readonly DiagnosticDescriptor BackgroundWork = Rule.Warning(
        Rule.Unloading,
        "THS2106",
        "Background work does not end with its version",
        "{0}, so it may outlive this version and keep it loaded: use IComponentContext.Run, which cancels and awaits it when the version stops",
        "Running code cannot be unloaded.");

    public static readonly DiagnosticDescriptor Wait = Rule.Warning(
        Rule.Unloading,
        "THS2107",
        "A registered wait is not unregistered",
        "This wait is never unregistered, which keeps this version loaded: keep the handle and unregister it, or await the event in IComponentContext.Run",
        "The thread pool refers to the callback until the wait is unregistered.");

    public static readonly DiagnosticDescriptor StaticEvent = Rule.Warning(
        Rule.Unloading,
        "THS2108",
        "A handler is not removed from an event of the process",
        "The handler is never removed from '{0}', which lives as long as the process and keeps this version loaded: remove it in an IComponentContext.OnStop action",
        "An event refers to its handlers.");

    public static readonly DiagnosticDescriptor Registration = Rule.Warning(
        Rule.Unloading,
        "THS2109",
        "A registration is not kept",
        "What '{0}' returns is dropped, so the registration cannot be undone and may keep this version loaded: dispose of it in an IComponentContext.OnStop action",
        "The source of a token or of changes refers to the callback until the registration is disposed.");

    public static readonly DiagnosticDescriptor Handle = Rule.Warning(
        Rule.Unloading,
        "THS2110",
        "A GC handle is not freed",
        "This handle is never freed, which keeps its target and this version loaded: free it in an IComponentContext.OnStop action",
        "A handle is a root.");

    public static readonly DiagnosticDescriptor Listener = Rule.Warning(
        Rule.Unloading,
        "THS2111",
        "A listener or a meter is not disposed",
        "This {0} is never disposed; the framework's list of them keeps this version loaded: dispose of it in an IComponentContext.OnStop action",
        "Listeners, and meters with observable instruments, are registered in statics of the framework.");

    public static readonly DiagnosticDescriptor AsyncLocal = Rule.Warning(
        Rule.Unloading,
        "THS2112",
        "An AsyncLocal is set in the caller's flow",
        "Set in a synchronous method, the value stays in the caller's flow after the call and keeps this version loaded: set it in an async method, whose changes end with it, or set it back",
        "The host's execution context refers to the value and to the AsyncLocal.");
}
