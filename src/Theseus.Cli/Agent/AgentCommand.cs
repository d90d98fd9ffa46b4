using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Spectre.Console;
using Theseus.Cli.Control;
using Theseus.Cli.Telemetry;
using Theseus.RabbitMq;
using Theseus.Runtime;

namespace Theseus.Cli.Agent;

/// <summary><c>theseus agent</c>: a node without a service of its own, for components that work by themselves, until Ctrl+C.</summary>
internal sealed class AgentCommand(TheseusCommand theseus)
{
    private readonly Option<string> _config = new("--config") { Description = "Its configuration, in JSON. What the environment says comes after it: Theseus__Node__Name for Theseus:Node:Name.", DefaultValueFactory = static _ => "theseus-agent.json", HelpName = "FILE" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Log what goes on, not only what goes wrong." };

    public void AddTo(RootCommand root)
    {
        var command = new Command("agent", "Run a node for components that work by themselves.") { _config, _verbose };
        theseus.On(command, RunAsync);
        root.Subcommands.Add(command);
    }

    private async Task<int> RunAsync(ParseResult parsed, Output output, CancellationToken cancellationToken)
    {
        var logs = new ErrorLog(output, parsed.GetValue(_verbose) ? LogLevel.Information : LogLevel.Warning);
        try
        {
            var file = Path.GetFullPath(parsed.GetRequiredValue(_config));
            var builder = Read(file);
            using var export = OtlpExport.Start(theseus.Environment, "theseus-agent", builder.Configuration["Theseus:Node:Name"] ?? Environment.MachineName);
            builder.Logging.AddProvider(logs);
            export.AddTo(builder.Logging);
            using var host = Build(builder, Path.GetDirectoryName(file)!);
            await host.StartAsync(cancellationToken).ConfigureAwait(false);
            Tell(host.Services, output);
            await Task.Delay(Timeout.InfiniteTimeSpan, theseus.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
            return ExitCode.Done;
        }
        catch (AgentFaultException wrong)
        {
            return output.Problem(ExitCode.Usage, "Usage", wrong.Message);
        }
        catch (OptionsValidationException wrong)
        {
            return output.Problem(ExitCode.Usage, "Usage", string.Join(Environment.NewLine, wrong.Failures));
        }
        catch (ArgumentException wrong)
        {
            return output.Problem(ExitCode.Usage, "Usage", wrong.Message);
        }
        catch (Exception failure) when (failure is ComponentStartException or HostMemoryException or IOException or UnauthorizedAccessException)
        {
            return output.Problem(ExitCode.Refused, "CannotRun", failure.Message);
        }
    }

    private static HostApplicationBuilder Read(string file)
    {
        var folder = Path.GetDirectoryName(file)!;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = Directory.Exists(folder) ? folder : null });
        AgentFile.Add(builder.Configuration, file);
        return builder;
    }

    private static IHost Build(HostApplicationBuilder builder, string folder)
    {
        var agent = builder.AddTheseus().JoinFleet((services, node) => RabbitNodeChannel.From(services, node.Name));
        new ContractLoader().AddTo(agent, AgentFile.ReadComponents(builder.Configuration, folder));
        return builder.Build();
    }

    private static void Tell(IServiceProvider services, Output output)
    {
        var engine = services.GetRequiredService<HotSwapEngine>();
        var components = engine.Components.Order(StringComparer.Ordinal).Select(name => $"{name} {engine.GetStatus(name).ServingVersion ?? "(not started)"}");
        output.Line($"The node '{services.GetRequiredService<IOptions<NodeOptions>>().Value.Name}' runs {string.Join(", ", components)}. Ctrl+C ends it.", new(Color.Green));
    }
}
