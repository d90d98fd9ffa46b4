using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Theseus.Packaging;
using Theseus.Runtime.Metrics;

namespace Theseus.Runtime.Loading;

/// <summary>
/// One generation's code, container and instance. Everything of the component that the host holds hangs on this object,
/// and <see cref="BeginUnload"/> lets it all go. Thread-safe.
/// </summary>
internal sealed class LoadedComponent
{
    private readonly Lock _lock = new();
    private readonly GenerationHandle _handle;
    private ComponentLoadContext? _code;
    private ComponentContext? _context;
    private ServiceProvider? _container;
    private Assembly? _entryAssembly;
    private object? _instance;
    private Task<IReadOnlyList<string>>? _released;
    private bool _unloading;

    internal LoadedComponent(LoadRequest request, ComponentLoadContext code, ComponentContext context)
    {
        Release = request.Release;
        IsCollectible = request.Collectible;
        _code = code;
        Instruments = code.Instruments;
        _context = context;
        _handle = new GenerationHandle(request.Release.Manifest, code, context);
    }

    /// <summary>The component.</summary>
    /// <exception cref="ObjectDisposedException">It has been let go.</exception>
    public object Instance => _instance ?? throw Gone();

    /// <summary>What the component was given.</summary>
    /// <exception cref="ObjectDisposedException">It has been let go.</exception>
    public IComponentContext Context => _context ?? throw Gone();

    /// <summary>The release.</summary>
    public VerifiedRelease Release { get; }

    /// <summary>Whether its code can be unloaded.</summary>
    public bool IsCollectible { get; }

    /// <summary>The instruments that its code makes; there also after it was let go, with what they came to.</summary>
    public GenerationInstruments Instruments { get; }

    /// <summary>Files that the code has asked for and not got, since they are not those that were verified; in words.</summary>
    public IReadOnlyList<string> ChangedFiles => _code?.ChangedFiles ?? [];

    /// <summary>Assemblies that the code has asked for and not got, so far; in words.</summary>
    public IReadOnlyList<string> MissingAssemblies => _code?.MissingAssemblies ?? [];

    /// <summary>Makes a migration that the release carries.</summary>
    /// <param name="typeName">The full name of its class, in the entry's assembly.</param>
    /// <returns>An <see cref="IStateMigration"/>.</returns>
    /// <exception cref="ComponentLoadException">There is no such class, it is no migration, or its constructor threw.</exception>
    public object CreateMigration(string typeName)
    {
        ArgumentException.ThrowIfNullOrEmpty(typeName);
        var assembly = _entryAssembly ?? throw Gone();
        return IsolatedFlow.Run(() => LoadErrors.Translate($"the migration '{typeName}'", this, LoadFailure.ConstructorThrew, () =>
        {
            var type = assembly.GetType(typeName) ?? throw new ComponentLoadException(
                LoadFailure.EntryTypeNotFound, $"{Release} has no migration '{typeName}' in '{assembly.GetName().Name}'.");
            return Activator.CreateInstance(type) as IStateMigration ?? throw new ComponentLoadException(
                LoadFailure.ContractNotImplemented, $"'{typeName}' of {Release} does not implement {nameof(IStateMigration)}.");
        }));
    }

    /// <summary>
    /// Ends everything that the component was given and has made with it: cancels <see cref="IComponentContext.Stopping"/>,
    /// runs the on-stop actions in reverse, awaits background work, disposes the container and with it the component.
    /// Call it after the component's own stop. Called again, it gives the first call's result.
    /// </summary>
    /// <param name="deadline">Cancelled when the deadline has passed: what has not ended then is left behind and told.</param>
    /// <returns>What went wrong, in words; empty if nothing did.</returns>
    public Task<IReadOnlyList<string>> ReleaseAsync(CancellationToken deadline)
    {
        lock (_lock)
        {
            return _released ??= ReleaseCoreAsync(_context, _container, deadline);
        }
    }

    /// <summary>
    /// Lets the generation go: drops every strong reference, and starts to unload the code if it is collectible. What
    /// was not released before is not released any more. Idempotent.
    /// </summary>
    /// <returns>What is left to watch: weak references and words.</returns>
    public GenerationHandle BeginUnload()
    {
        ComponentLoadContext? code;
        lock (_lock)
        {
            if (_unloading)
            {
                return _handle;
            }

            _unloading = true;
            code = _code;
            _handle.NoteAssemblies(code!);
            _context?.EndSurroundings();
            (_code, _context, _container, _entryAssembly, _instance) = (null, null, null, null, null);
            // Its state machine would keep what it has captured.
            _released = Task.FromResult<IReadOnlyList<string>>([]);
        }

        // First: what observes holds the component's code.
        Instruments.Close();
        if (IsCollectible)
        {
            Unload(code!);
        }

        return _handle;
    }

    internal void SetContainer(ServiceProvider container) => _container = container;

    internal Assembly LoadEntry() => _entryAssembly = _code!.LoadEntry();

    internal void SetInstance(object instance)
    {
        _instance = instance;
        _handle.NoteInstance(instance);
    }

    private static async Task<IReadOnlyList<string>> ReleaseCoreAsync(ComponentContext? context, ServiceProvider? container, CancellationToken deadline)
    {
        var steps = new ReleaseSteps(deadline);
        if (context is not null)
        {
            await context.StopAsync(steps).ConfigureAwait(false);
        }

        if (container is not null)
        {
            await steps.RunAsync("disposing its container", () => container.DisposeAsync().AsTask()).ConfigureAwait(false);
        }

        context?.EndSurroundings();
        return steps.Problems;
    }

    private void Unload(ComponentLoadContext code)
    {
        const string Handlers = "a handler of its Unloading event";
        var aside = new Aside(_handle);
        if (aside.TryRun(Handlers, code.Unload, out var failure) && failure is not null)
        {
            // It threw before unloading began. Handlers are called only once.
            _handle.AddPin(PinKind.Unknown, $"{Handlers} threw {DetachedException.From(failure).Summary}");
            aside.TryRun("unloading", code.Unload, out _);
        }
    }

    private ObjectDisposedException Gone() => new(Release.ToString(), "The generation has been let go.");
}
