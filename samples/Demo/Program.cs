using System.CommandLine;
using Spectre.Console;
using Theseus.Demo.Acts;
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
rate.Validators.Add(given => Within(given.GetValueOrDefault<int>(), 10, 5000, given.AddError, "--rate"));
window.Validators.Add(given => Within(given.GetValueOrDefault<int>(), 1, 600, given.AddError, "--window"));
releases.Validators.Add(given =>
{
    if (given.GetValueOrDefault<DirectoryInfo>() is not { Exists: true } folder)
    {
        given.AddError($"There is no folder '{given.GetValueOrDefault<DirectoryInfo>()?.FullName}'. Start the demo with ./run, which builds the releases.");
    }
});

var command = new RootCommand("A service whose parts are upgraded while it answers.") { once, report, rate, window, releases };
command.SetAction(async (parsed, cancellationToken) =>
{
    var console = Console.IsOutputRedirected ? PlainConsole() : AnsiConsole.Console;
    var options = new DemoOptions(parsed.GetValue(releases)!.FullName, parsed.GetValue(rate), TimeSpan.FromSeconds(parsed.GetValue(window)));
    var screen = new ConsoleScreen(console);
    var ok = true;
    try
    {
        do
        {
            var result = await screen.WhileAsync(() => new DemoRun(options, screen, TimeProvider.System).RunAsync(cancellationToken));
            ReportTable.Write(console, result);
            ok &= result.Ok;
            if (parsed.GetValue(report) is { } file)
            {
                Directory.CreateDirectory(file.DirectoryName!);
                await File.WriteAllTextAsync(file.FullName, result.ToJson(), cancellationToken);
            }
        }
        while (!parsed.GetValue(once));
    }
    catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
    {
        console.MarkupLine("[grey]Ended.[/]");
    }

    catch (ComponentStartException e)
    {
        console.MarkupLineInterpolated($"[red]{e.Message}[/]");
        return 1;
    }

    return ok ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();

static void Within(int value, int least, int most, Action<string> error, string option)
{
    if (value < least || value > most)
    {
        error($"{option} has to be from {least} to {most}; {value} was given.");
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
