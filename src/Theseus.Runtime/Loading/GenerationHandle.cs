using System.Runtime.Loader;
using Theseus.Packaging;

namespace Theseus.Runtime.Loading;

/// <summary>
/// What is left of a generation to those who watch it go: names, and references that do not keep it alive. (The runtime's
/// own list of contexts drops one as soon as its unloading starts, so it cannot tell.) Thread-safe.
/// </summary>
internal sealed class GenerationHandle
{
    private readonly Lock _lock = new();
    private readonly List<PinFinding> _pins = [];
    private readonly WeakReference<ComponentContext> _context;
    private readonly WeakReference _code;
    private WeakReference? _instance;

    internal GenerationHandle(ReleaseManifest manifest, AssemblyLoadContext code, ComponentContext context)
    {
        Component = manifest.Component;
        Version = manifest.Version.ToNormalizedString();
        EntryType = manifest.Entry.Type;
        LoadContext = code.Name!;
        IsCollectible = code.IsCollectible;
        // Long weak references: the context is resurrected by its finalizer, and its code is there for as long as it is.
        _code = new WeakReference(code, trackResurrection: true);
        _context = new(context);
    }

    /// <summary>The component's name.</summary>
    public string Component { get; }

    /// <summary>The release's version.</summary>
    public string Version { get; }

    /// <summary>The full name of the component's class.</summary>
    public string EntryType { get; }

    /// <summary>The load context's name, unique in the process.</summary>
    public string LoadContext { get; }

    /// <summary>Whether its code can be unloaded. If not, its instance is what goes.</summary>
    public bool IsCollectible { get; }

    /// <summary>The simple names of the assemblies that it had loaded.</summary>
    public IReadOnlyList<string> AssemblyNames { get; private set; } = [];

    /// <summary>Whether nothing is left: of a collectible generation the code, of a resident one the instance.</summary>
    public bool IsGone => _instance is not { IsAlive: true } && (!IsCollectible || !_code.IsAlive);

    /// <summary>What is known to keep it, apart from what a search can find.</summary>
    public IReadOnlyList<PinFinding> KnownPins
    {
        get
        {
            List<PinFinding> pins;
            lock (_lock)
            {
                pins = [.. _pins];
            }

            if (_context.TryGetTarget(out var context))
            {
                pins.AddRange(context.Unfinished.Select(work =>
                    new PinFinding(work.IsTimer ? PinKind.Timer : PinKind.BackgroundTask, $"{work} has not ended")));
            }

            return pins;
        }
    }

    /// <summary>Notes something that keeps it: a call that did not end, for instance.</summary>
    public void AddPin(PinKind kind, string description) => TryAddPin(new PinFinding(kind, description));

    /// <summary>Notes something that keeps it, until that is removed; returns false when just that is noted already.</summary>
    public bool TryAddPin(PinFinding pin)
    {
        lock (_lock)
        {
            if (_pins.Contains(pin))
            {
                return false;
            }

            _pins.Add(pin);
            return true;
        }
    }

    /// <summary>Takes back that something keeps it.</summary>
    public void RemovePin(PinFinding pin)
    {
        lock (_lock)
        {
            _pins.Remove(pin);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Component} {Version} ({LoadContext})";

    internal AssemblyLoadContext? TryGetCode() => _code.Target as AssemblyLoadContext;

    internal void NoteInstance(object instance) => _instance = new WeakReference(instance, trackResurrection: true);

    internal void NoteAssemblies(AssemblyLoadContext code) => AssemblyNames = [.. code.Assemblies.Select(a => a.GetName().Name!)];
}
