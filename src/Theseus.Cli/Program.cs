using Spectre.Console;
using Theseus.Cli;

return await new TheseusCommand(new Surroundings(
    Create(Console.Out, Console.IsOutputRedirected),
    Create(Console.Error, Console.IsErrorRedirected),
    Environment.GetEnvironmentVariable,
    TimeProvider.System)).RunAsync(args).ConfigureAwait(false);

static IAnsiConsole Create(TextWriter writer, bool isRedirected)
{
    var settings = new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) };
    if (!isRedirected)
    {
        return AnsiConsole.Create(settings);
    }

    // For a file or another program: plain, and no line broken.
    settings.Ansi = AnsiSupport.No;
    settings.ColorSystem = ColorSystemSupport.NoColors;
    settings.Interactive = InteractionSupport.No;
    var console = AnsiConsole.Create(settings);
    console.Profile.Width = 4096;
    return console;
}
