using Microsoft.Diagnostics.Runtime;
using Theseus.Runtime.Loading;

namespace Theseus.HeapWalk;

/// <summary>Puts a way from a root to the generation into words, and says what kind of holder it is.</summary>
internal sealed class Wording(ClrRuntime runtime, Generation generation)
{
    private const int FirstLinks = 2;
    private const int LastLinks = 6;

    // The inside of collections, which says nothing.
    private static readonly string[] _noise = ["+Tables", "+VolatileNode[]", "+Entry[]", "+Bucket[]", "System.RuntimeType.m_keepalive"];

    private readonly Lazy<StaticFields> _statics = new(() => new StaticFields(runtime));

    public WalkFinding Describe(HolderPath holder)
    {
        var types = holder.Path.SkipLast(1).Select(a => runtime.Heap.GetObjectType(a)?.Name ?? "?").ToList();
        var links = new List<string>();
        var isStatic = false;
        var start = 0;
        // Statics live in arrays that a handle holds.
        if (holder.Root.RootKind is ClrRootKind.StrongHandle or ClrRootKind.PinnedHandle && types is ["System.Object[]", ..])
        {
            isStatic = true;
            start = 1;
            // With its namespace, unlike the rest: it is the place to look.
            links.Add(_statics.Value.NameOf(runtime.Heap.GetObject(holder.Path[0]).AsArray(), holder.Path[1]));
        }
        else
        {
            links.Add(RootIn(holder.Root));
        }

        for (var i = start; i < holder.Path.Count - 1; i++)
        {
            links.Add(Link(holder.Path[i], holder.Path[i + 1]));
        }

        links.Add(generation.NameOf(holder.Path[^1]));
        links.RemoveAll(l => _noise.Any(n => l.Contains(n, StringComparison.Ordinal)));
        if (links.Count > FirstLinks + LastLinks)
        {
            links = [.. links.Take(FirstLinks), "...", .. links.TakeLast(LastLinks)];
        }

        return new WalkFinding(HolderKinds.Of(holder.Root.RootKind, isStatic, types), string.Join(" -> ", links.Take(1).Concat(links.Skip(1).Select(CodeNames.Readable))));
    }

    /// <summary>A method without its parameters.</summary>
    public static string Short(ClrMethod method) => CodeNames.Readable($"{method.Type?.Name}.{method.Name}()");

    private static string RootIn(IClrRoot root) => root switch
    {
        ClrStackRoot stack => $"a local of {(stack.StackFrame.Method is { } method ? Short(method) : "native code")} on thread {stack.StackFrame.Thread?.ManagedThreadId}",
        { RootKind: ClrRootKind.FinalizerQueue } => "the finalizer queue",
        { RootKind: ClrRootKind.PinnedHandle or ClrRootKind.AsyncPinnedHandle } => "a pinned GC handle",
        { RootKind: ClrRootKind.RefCountedHandle } => "a COM wrapper",
        _ => "a GC handle",
    };

    private string Link(ulong holder, ulong held)
    {
        var from = runtime.Heap.GetObject(holder);
        var name = from.Type?.Name ?? "?";
        if (from.IsDelegate && from.AsDelegate().GetDelegateTarget()?.Method is { } method)
        {
            return $"{name} ({Short(method)})";
        }

        var field = from.EnumerateReferencesWithFields(carefully: true, considerDependantHandles: true)
            .FirstOrDefault(r => r.Object.Address == held).Field?.Name;
        return field is null ? name : $"{name}.{field}";
    }
}
