using System.CommandLine;
using Spectre.Console;
using Theseus.Cli.Hosts;
using Theseus.Cli.Releases;
using Theseus.Runtime.Operating;

namespace Theseus.Cli;

/// <summary>The command line as a whole.</summary>
internal sealed class TheseusCommand
{
    private const string DataVariable = "THESEUS_DATA";
    private const string DefaultData = ".theseus";

    private readonly Surroundings _surroundings;
    private readonly RootCommand _root = new("Steers Theseus hosts on this machine, and looks into release packages.");
    private readonly Option<string?> _host = new("--host") { Description = $"The host's data folder. By default what {DataVariable} says, otherwise {DefaultData}.", HelpName = "FOLDER", Recursive = true };
    private readonly Option<bool> _json = new("--json") { Description = "Answer in JSON, for scripts.", Recursive = true };

    public TheseusCommand(Surroundings surroundings)
    {
        _surroundings = surroundings;
        _root.Options.Add(_host);
        _root.Options.Add(_json);
        new StatusCommands(this).AddTo(_root);
        new SwapCommands(this).AddTo(_root);
        new WhyCommand(this).AddTo(_root);
        new HistoryCommand(this).AddTo(_root);
        new ReleaseCommands(this).AddTo(_root);
    }

    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken = default)
    {
        var parsed = _root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return new Output(_surroundings, parsed.GetValue(_json)).Problem(
                ExitCode.Usage, "Usage", $"{string.Join(Environment.NewLine, parsed.Errors.Select(static error => error.Message))}{Environment.NewLine}See 'theseus --help'.");
        }

        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = _surroundings.Console.Profile.Out.Writer,
            Error = _surroundings.Errors.Profile.Out.Writer,
        };
        return await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a command that needs no host.</summary>
    public void On(Command command, Func<ParseResult, Output, CancellationToken, Task<int>> run) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var output = new Output(_surroundings, parsed.GetValue(_json));
            try
            {
                return await run(parsed, output, cancellationToken).ConfigureAwait(false);
            }
            catch (OperatorException e)
            {
                return output.Problem(CodeOf(e.Code), e.Code.ToString(), e.Message);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return output.Problem(ExitCode.Cancelled, "Cancelled", "No longer waited for. The host goes on with what it was asked for; see 'theseus status'.");
            }
            catch (Exception e)
            {
                return output.Problem(ExitCode.Unexpected, "Unexpected", e.Message);
            }
        });

    /// <summary>Makes a command that asks a host.</summary>
    public void OnHost(Command command, Func<ParseResult, OperatorClient, Output, CancellationToken, Task<int>> run) =>
        On(command, (parsed, output, cancellationToken) => run(parsed, new OperatorClient(DataFolder(parsed), _surroundings.Time), output, cancellationToken));

    /// <summary>Shows that something goes on, where a person looks on.</summary>
    public Task<T> WhileWaitingAsync<T>(Output output, string doing, Func<Task<T>> work) =>
        output.IsJson || !_surroundings.Errors.Profile.Capabilities.Interactive
            ? work()
            : _surroundings.Errors.Status().StartAsync(Markup.Escape(doing), _ => work());

    private string DataFolder(ParseResult parsed) =>
        parsed.GetValue(_host) ?? (_surroundings.Environment(DataVariable) is { Length: > 0 } named ? named : DefaultData);

    private static int CodeOf(OperatorProblemCode code) => code switch
    {
        OperatorProblemCode.HostUnreachable or OperatorProblemCode.HostStopping => ExitCode.Unreachable,
        OperatorProblemCode.NotFound => ExitCode.NotFound,
        OperatorProblemCode.InternalError => ExitCode.Unexpected,
        _ => ExitCode.Refused,
    };
}
