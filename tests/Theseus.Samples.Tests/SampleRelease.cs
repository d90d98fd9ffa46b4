using System.Reflection;
using System.Runtime.Loader;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Testing;

namespace Theseus.Samples.Tests;

/// <summary>A sample's build output, loaded into a context of its own beside the others.</summary>
/// <remarks>Not collectible: such a context would begin to unload once nobody but its component holds it.</remarks>
internal sealed class SampleRelease : AssemblyLoadContext
{
    private readonly string _folder;

    /// <param name="project">The project's name without what all samples' begin with: <c>Markdown.1.0.0</c>, <c>Bad.Slow</c>.</param>
    public SampleRelease(string project) : base(project)
    {
        var tests = new DirectoryInfo(AppContext.BaseDirectory);
        _folder = Path.Combine(tests.Parent!.Parent!.FullName, $"Theseus.Samples.{project}", tests.Name);
        var file = Directory.EnumerateFiles(_folder, "*.deps.json").Single().Replace(".deps.json", ".dll", StringComparison.Ordinal);
        Assembly = LoadFromAssemblyPath(file);
        Entry = Assembly.GetExportedTypes().Single(type => type.IsDefined(typeof(ComponentAttribute), inherit: false));
    }

    public Assembly Assembly { get; }

    public Type Entry { get; }

    /// <summary>Constructs the component as a host does: out of a container that is its own.</summary>
    public TContract Construct<TContract>(
        ManualTimeProvider? time = null, Dictionary<string, string?>? settings = null, object? sharedState = null) where TContract : class
    {
        var context = new SampleContext(time ?? new ManualTimeProvider(), new ConfigurationBuilder().AddInMemoryCollection(settings ?? []).Build());
        var services = new ServiceCollection().AddSingleton<IComponentContext>(context);
        if (sharedState is not null)
        {
            services.AddSingleton(sharedState.GetType(), sharedState);
        }

        return (TContract)ActivatorUtilities.CreateInstance(services.BuildServiceProvider(), Entry);
    }

    public TMigration Migration<TMigration>() where TMigration : IStateMigration =>
        (TMigration)Activator.CreateInstance(Assembly.GetExportedTypes().Single(type => type.IsDefined(typeof(StateMigrationAttribute), inherit: false)))!;

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        // What a host shares with its components.
        if (assemblyName.Name is "Theseus.Abstractions" or "Theseus.Samples.Contracts"
            || assemblyName.Name!.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal))
        {
            return null;
        }

        var file = Path.Combine(_folder, assemblyName.Name + ".dll");
        return File.Exists(file) ? LoadFromAssemblyPath(file) : null;
    }

    private sealed class SampleContext(TimeProvider time, IConfiguration configuration) : IComponentContext
    {
        public string Component => "sample";

        public string Version => "0.0.0";

        public IConfiguration Configuration => configuration;

        public ILoggerFactory LoggerFactory => NullLoggerFactory.Instance;

        public TimeProvider Time => time;

        public CancellationToken Stopping => CancellationToken.None;

        public void Run(string name, Func<CancellationToken, Task> work) => throw new NotSupportedException("No sample works in the background.");

        public IDisposable StartTimer(string name, TimeSpan period, Func<CancellationToken, ValueTask> callback) =>
            throw new NotSupportedException("No sample has timers.");

        public void OnStop(string name, Action release) => throw new NotSupportedException("No sample registers.");
    }
}
