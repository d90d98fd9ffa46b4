using System.CommandLine;
using Spectre.Console;
using Theseus.Cli.Agent;
using Theseus.Cli.Control;
using Theseus.Cli.Hosts;
using Theseus.Cli.Releases;
using Theseus.Runtime.Operating;

namespace Theseus.Cli;

/// <summary>The command line as a whole.</summary>
internal sealed class TheseusCommand
{
    private const string DataVariable = "THESEUS_DATA";
    private const string DefaultData = ".theseus";
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromMinutes(2);

    private readonly Surroundings _surroundings;
    private readonly RootCommand _root = new("Steers upgrades of a fleet by its control plane, and hosts on this machine; looks into release packages.");
    private readonly ControlConnection _control;
    private readonly Option<string?> _host = new("--host") { Description = $"The host's data folder. By default what {DataVariable} says, otherwise {DefaultData}.", HelpName = "FOLDER", Recursive = true };
    private readonly Option<bool> _json = new("--json") { Description = "Answer in JSON, for scripts.", Recursive = true };

    public TheseusCommand(Surroundings surroundings)
    {
        _surroundings = surroundings;
        _root.Options.Add(_host);
        _root.Options.Add(_json);
        _control = new ControlConnection(surroundings);
        _control.AddTo(_root);
        new StatusCommands(this).AddTo(_root);
        new SwapCommands(this).AddTo(_root);
        new WhyCommand(this).AddTo(_root);
        new HistoryCommand(this).AddTo(_root);
        var components = new ComponentCommands(this);
        new ReleaseCommands(this, components.Releases()).AddTo(_root);
        components.AddTo(_root);
        new NodeCommands(this).AddTo(_root);
        new TaskCommands(this).AddTo(_root);
        new AlertCommands(this).AddTo(_root);
        new UpgradeCommands(this).AddTo(_root);
        new JudgementCommands(this).AddTo(_root);
        new LineCommands(this).AddTo(_root);
        new AuditCommands(this).AddTo(_root);
        new TokenCommands(this).AddTo(_root);
        new ServeCommand(this).AddTo(_root);
        new AgentCommand(this).AddTo(_root);
        new CompletionCommand(this).AddTo(_root);
    }

    /// <summary>All commands.</summary>
    internal RootCommand Root => _root;

    /// <summary>The clock.</summary>
    public TimeProvider Time => _surroundings.Time;

    /// <summary>What an environment variable says; null when it is not set, or empty.</summary>
    public string? Environment(string variable) => _surroundings.Environment(variable) is { Length: > 0 } value ? value : null;

    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken = default)
    {
        var parsed = _root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return new Output(_surroundings, parsed.GetValue(_json)).Problem(
                ExitCode.Usage, "Usage", $"{string.Join(System.Environment.NewLine, parsed.Errors.Select(static error => error.Message))}{System.Environment.NewLine}See 'theseus --help'.");
        }

        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = _surroundings.Console.Profile.Out.Writer,
            Error = _surroundings.Errors.Profile.Out.Writer,
            // What is asked to end gets the time for it: calls and requests that run end before their process does.
            ProcessTerminationTimeout = s_longestEnd,
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
                return output.Problem(ExitCode.Cancelled, "Cancelled", "No longer waited for. What was asked for goes on; see 'theseus status' or 'theseus upgrade status last'.");
            }
            catch (Exception e)
            {
                return output.Problem(ExitCode.Unexpected, "Unexpected", e.Message);
            }
        });

    /// <summary>Makes a command that asks a host.</summary>
    public void OnHost(Command command, Func<ParseResult, OperatorClient, Output, CancellationToken, Task<int>> run) =>
        On(command, (parsed, output, cancellationToken) => run(parsed, new OperatorClient(DataFolder(parsed), _surroundings.Time), output, cancellationToken));

    /// <summary>Makes a command that asks a host, or a control plane where the line says so.</summary>
    public void OnHostOrControl(
        Command command,
        Func<ParseResult, bool> isForControl,
        Func<ParseResult, OperatorClient, Output, CancellationToken, Task<int>> onHost,
        Func<ParseResult, ControlClient, Output, CancellationToken, Task<int>> onControl) =>
        On(command, (parsed, output, cancellationToken) => isForControl(parsed)
            ? _control.AskAsync(parsed, output, control => onControl(parsed, control, output, cancellationToken))
            : onHost(parsed, new OperatorClient(DataFolder(parsed), _surroundings.Time), output, cancellationToken));

    /// <summary>Makes a command that asks a control plane.</summary>
    public void OnControl(Command command, Func<ParseResult, ControlClient, Output, CancellationToken, Task<int>> run) =>
        On(command, (parsed, output, cancellationToken) => _control.AskAsync(parsed, output, control => run(parsed, control, output, cancellationToken)));

    /// <summary>Shows how far something is, where a person looks on. What does it tells the share that is done, and its state.</summary>
    public Task WithBarAsync(Output output, string doing, Func<Action<double, string>, Task> work) =>
        output.IsJson || !_surroundings.Errors.Profile.Capabilities.Interactive
            ? work(static (_, _) => { })
            : _surroundings.Errors.Progress().StartAsync(progress =>
            {
                var bar = progress.AddTask(Markup.Escape(doing), maxValue: 1);
                return work((share, state) =>
                {
                    bar.Value = share;
                    bar.Description = Markup.Escape($"{doing}, {state}");
                });
            });

    /// <summary>Shows that something goes on, where a person looks on.</summary>
    public Task<T> WhileWaitingAsync<T>(Output output, string doing, Func<Task<T>> work) =>
        output.IsJson || !_surroundings.Errors.Profile.Capabilities.Interactive
            ? work()
            : _surroundings.Errors.Status().StartAsync(Markup.Escape(doing), _ => work());

    private string DataFolder(ParseResult parsed) =>
        parsed.GetValue(_host) ?? Environment(DataVariable) ?? DefaultData;

    private static int CodeOf(OperatorProblemCode code) => code switch
    {
        OperatorProblemCode.HostUnreachable or OperatorProblemCode.HostStopping => ExitCode.Unreachable,
        OperatorProblemCode.NotFound => ExitCode.NotFound,
        OperatorProblemCode.InternalError => ExitCode.Unexpected,
        _ => ExitCode.Refused,
    };
}
