using System.CommandLine;
using Spectre.Console;

namespace Theseus.Cli.Tests.Reference;

/// <summary>Runs commands as the page has them, and remembers which commands, options and exit codes it came by.</summary>
internal sealed class Walk(Func<string, string?> environment)
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    public HashSet<int> Codes { get; } = [];

    /// <summary>All that there is to come by.</summary>
    public IEnumerable<string> All { get; } = AllOf(Theseus(new StringWriter(), new StringWriter(), _ => null).Root);

    /// <summary>Runs a command to its end, which has to be as told.</summary>
    public Task<string> RunAsync(int expected, params string[] args) => RunAsync(expected, (_, _) => Task.CompletedTask, args);

    /// <summary>Runs a command; asks it to end when it has written something.</summary>
    public Task<string> BeginAndEndAsync(int expected, params string[] args) => RunAsync(
        expected,
        async (output, ending) =>
        {
            await output.HasWritten.WaitAsync(s_deadline);
            await ending.CancelAsync();
        },
        args);

    private async Task<string> RunAsync(int expected, Func<NotedWriter, CancellationTokenSource, Task> meanwhile, string[] args)
    {
        using var output = new NotedWriter();
        using var errors = new StringWriter();
        using var ending = new CancellationTokenSource();
        var theseus = Theseus(output, errors, environment);
        Note(theseus.Root.Parse(args));
        var running = theseus.RunAsync(args, ending.Token);
        await Task.WhenAny(running, meanwhile(output, ending));
        var code = await running.WaitAsync(s_deadline);
        Assert.True(code == expected, $"theseus {string.Join(' ', args)}: {code}, not {expected}. {output}{errors}");
        Codes.Add(code);
        return output.ToString();
    }

    private void Note(ParseResult parsed)
    {
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            var path = result.Command is RootCommand ? "" : Shape.PathOf(result.Command);
            Seen.Add(path);
            Seen.UnionWith(Shape.OptionsOf(result.Command).Where(option => result.GetResult(option) is { Implicit: false }).Select(option => $"{path} {option.Name}"));
        }
    }

    private static IEnumerable<string> AllOf(RootCommand root) =>
        Shape.Leaves(root).SelectMany(command => Shape.OptionsOf(command).Select(option => $"{Shape.PathOf(command)} {option.Name}").Append(Shape.PathOf(command)))
            .Concat(Shape.OptionsOf(root).Select(option => $" {option.Name}"));

    private static TheseusCommand Theseus(TextWriter output, TextWriter errors, Func<string, string?> environment) => new(new(Console(output), Console(errors), environment, TimeProvider.System));

    private static IAnsiConsole Console(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 4096;
        return console;
    }

    /// <summary>Tells when the first line has been written.</summary>
    private sealed class NotedWriter : StringWriter
    {
        private readonly TaskCompletionSource _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HasWritten => _written.Task;

        public override void Write(char value)
        {
            lock (_written)
            {
                base.Write(value);
            }

            _written.TrySetResult();
        }

        public override void Write(string? value)
        {
            lock (_written)
            {
                base.Write(value);
            }

            _written.TrySetResult();
        }

        public override void Write(char[] buffer, int index, int count)
        {
            lock (_written)
            {
                base.Write(buffer, index, count);
            }

            _written.TrySetResult();
        }

        public override string ToString()
        {
            lock (_written)
            {
                return base.ToString();
            }
        }
    }
}
