using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Spectre.Console;
using Theseus.Demo.Acts;
using Theseus.Demo.Fleet;
using Theseus.Demo.Screen;
using Theseus.Runtime;

var once = new Option<bool>("--once") { Description = "End after one run; otherwise the acts are repeated until Ctrl+C." };
var report = new Option<FileInfo?>("--report") { Description = "Write what came of the last run to this file, as JSON (docs/reference/demo-report.md)." };
var rate = new Option<int>("--rate") { Description = "Requests a second, 10 to 5000.", DefaultValueFactory = _ => 250 };
var window = new Option<int>("--window") { Description = "Seconds for which latency is measured before and after each upgrade, and a release is on trial; 1 to 600.", DefaultValueFactory = _ => 5 };
var releases = new Option<DirectoryInfo>("--releases")
{
    Description = "The folder with the samples' release packages.",
    DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "releases")),
};
rate.Validators.Add(given => Within(given, 10, 5000));
window.Validators.Add(given => Within(given, 1, 600));
releases.Validators.Add(given =>
{
    if (given.GetValueOrDefault<DirectoryInfo>() is not { Exists: true } folder)
    {
        given.AddError($"There is no folder '{given.GetValueOrDefault<DirectoryInfo>()?.FullName}'. Start the demo with ./run, which builds the releases.");
    }
});

var fleet = new Option<bool>("--fleet") { Description = "Play the acts over processes: five nodes and two control planes with PostgreSQL and RabbitMQ, by eng/fleet." };

var command = new RootCommand("A service whose parts are upgraded while it answers.") { once, report, rate, window, releases, fleet };
var node = new Command("node", "Run the demo's service as one node, in a process of its own. What it joins is said by its configuration: eng/fleet does.");
node.SetAction(async (_, cancellationToken) => await NodeProgram.RunAsync(cancellationToken));
command.Subcommands.Add(node);
command.SetAction(async (given, cancellationToken) =>
{
    var console = Console.IsOutputRedirected ? PlainConsole() : AnsiConsole.Console;
    var options = new DemoOptions(given.GetValue(releases)!.FullName, given.GetValue(rate), TimeSpan.FromSeconds(given.GetValue(window)), given.GetValue(fleet));
    var screen = new ConsoleScreen(console);
    var code = 0;
    try
    {
        do
        {
            var result = await screen.WhileAsync(() => new DemoRun(options, screen, TimeProvider.System).RunAsync(cancellationToken));
            ReportTable.Write(console, result);
            code = Math.Max(code, result.ExitCode);
            if (given.GetValue(report) is { } file)
            {
                Directory.CreateDirectory(file.DirectoryName!);
                await File.WriteAllTextAsync(file.FullName, result.ToJson(), cancellationToken);
            }
        }
        while (!given.GetValue(once));
    }
    catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
    {
        console.MarkupLine("[grey]Ended.[/]");
    }
    catch (Exception e) when (e is ComponentStartException or FleetException)
    {
        console.MarkupLineInterpolated($"[red]{e.Message}[/]");
        return 1;
    }

    return code;
});
var parsed = command.Parse(args);
// Whoever ends it waits until the fleet has ended: no process is left behind.
var ended = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(5) });
return parsed.Errors.Count > 0 ? 2 : ended;

// What is no number at all is told of by the parser.
static void Within(OptionResult given, int least, int most)
{
    if (given.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var value) && (value < least || value > most))
    {
        given.AddError($"{given.Option.Name} has to be from {least} to {most}; {value} was given.");
    }
}

// For a file or a pipe: no colours, no moving parts, and no lines broken for a window that is not there.
static IAnsiConsole PlainConsole()
{
    var console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.No,
        ColorSystem = ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
    });
    console.Profile.Width = 1000;
    return console;
}
