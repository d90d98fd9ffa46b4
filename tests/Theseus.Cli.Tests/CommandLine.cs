using Microsoft.Extensions.Logging.Abstractions;
using Spectre.Console;
using Theseus.Runtime.Operating;

namespace Theseus.Cli.Tests;

/// <summary>The command line, before a real endpoint of a host whose engine is written down.</summary>
internal sealed class CommandLine : IAsyncDisposable
{
    private readonly OperatorEndpoint _endpoint;

    public CommandLine()
    {
        Folder = Directory.CreateTempSubdirectory("theseus-").FullName;
        _endpoint = OperatorEndpoint.Start(Folder, Host, new FixedTime(), NullLogger.Instance);
    }

    public string Folder { get; }

    public WrittenOperator Host { get; } = new();

    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Runs the command. What it wrote has the folder's and the process's name replaced.</summary>
    public async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var surroundings = new Surroundings(Console(output), Console(errors), name => Environment.GetValueOrDefault(name), TimeProvider.System);
        var code = await new TheseusCommand(surroundings).RunAsync(args).WaitAsync(TimeSpan.FromSeconds(30));
        return (code, Clean(output), Clean(errors));
    }

    /// <summary>Runs the command against this host.</summary>
    public Task<(int Code, string Out, string Error)> AskAsync(params string[] args) => RunAsync([.. args, "--host", Folder]);

    public async ValueTask DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private string Clean(StringWriter writer) => writer.ToString()
        .Replace(Folder, "FOLDER", StringComparison.Ordinal)
        .Replace(System.Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), "PROCESS", StringComparison.Ordinal);

    private static IAnsiConsole Console(StringWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = 160;
        return console;
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => WrittenOperator.Now;
    }
}
