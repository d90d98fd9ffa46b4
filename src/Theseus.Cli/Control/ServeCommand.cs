using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using Theseus.Cli.Telemetry;
using Theseus.Control.Monitoring;
using Theseus.Server;
using Theseus.Storage;

namespace Theseus.Cli.Control;

/// <summary><c>theseus serve</c>: a control plane in a process of its own, until Ctrl+C.</summary>
internal sealed partial class ServeCommand(TheseusCommand theseus)
{
    private const string StoreVariable = "THESEUS_STORE";
    private const string PrometheusVariable = "THESEUS_PROMETHEUS_TOKEN";

    private readonly Option<string> _data = new("--data") { Description = "The folder of its files, made if it is not there.", DefaultValueFactory = static _ => ControlConnection.DefaultData, HelpName = "FOLDER" };
    private readonly Option<string?> _store = new("--store") { Description = $"Its database: a connection string for PostgreSQL, without a password, or a SQLite file. Without it, what {StoreVariable} says; without that, a file in its folder.", HelpName = "STORE" };
    private readonly Option<string?> _fleet = new("--fleet") { Description = $"How it reaches nodes in other processes: RabbitMQ's address, like amqps://user@broker.example.org/theseus, without a password. Without it, what {ServedFleet.Variable} says.", HelpName = "ADDRESS" };
    private readonly Option<string?> _fleetConfig = new("--fleet-config") { Description = "A JSON file with what else there is to say of RabbitMQ: a PasswordFile, TLS, bounds (docs/reference/configuration.md).", HelpName = "FILE" };
    private readonly Option<string> _address = new("--address") { Description = "Where it listens. Port 0 takes a free one.", DefaultValueFactory = static _ => TheseusServerOptions.DefaultAddress };
    private readonly Option<string[]> _feeds = new("--feed") { Description = "A folder of release packages, or the address of a NuGet v3 service index; may be given again.", DefaultValueFactory = static _ => [] };
    private readonly Option<bool> _allowInsecure = new("--allow-insecure") { Description = "Listen for other machines without encryption, where tokens can be read on the way." };
    private readonly Option<string?> _certificate = new("--certificate") { Description = "The certificate for https: a PEM file with its private key.", HelpName = "FILE" };
    private readonly Option<string?> _monitor = new("--monitor-config") { Description = "A JSON file with what alerts are raised by, and whom they are told to (docs/guides/alerts.md).", HelpName = "FILE" };
    private readonly Option<string?> _prometheus = new("--prometheus") { Description = $"A server with Prometheus' HTTP API that waves may be judged by, like http://127.0.0.1:9090. Its bearer token, if it asks for one, is what {PrometheusVariable} says.", HelpName = "ADDRESS" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Log what goes on, not only what goes wrong." };

    public void AddTo(RootCommand root)
    {
        var command = new Command("serve", "Run a control plane with its HTTP API.") { _data, _store, _fleet, _fleetConfig, _address, _feeds, _allowInsecure, _certificate, _monitor, _prometheus, _verbose };
        theseus.On(command, ServeAsync);
        root.Subcommands.Add(command);
    }

    private async Task<int> ServeAsync(ParseResult parsed, Output output, CancellationToken cancellationToken)
    {
        var store = parsed.GetValue(_store);
        if (store is not null && ControlStore.IsPostgres(store) && Password().IsMatch(store))
        {
            return output.Problem(
                ExitCode.Usage, "Usage", $"--store has a password in it, which other users of this machine can read there. Put the connection string into the environment variable {StoreVariable}, or name a file that has the password: Passfile=FILE.");
        }

        var options = new TheseusServerOptions { Address = parsed.GetRequiredValue(_address), AllowInsecure = parsed.GetValue(_allowInsecure) };
        options.ControlPlane.DataFolder = parsed.GetRequiredValue(_data);
        options.ControlPlane.Store = store ?? theseus.Environment(StoreVariable);
        foreach (var feed in parsed.GetValue(_feeds) ?? [])
        {
            options.ControlPlane.Feeds.Add(feed);
        }

        try
        {
            using var export = OtlpExport.Start(theseus.Environment, "theseus-serve", Environment.MachineName);
            using var loggers = LoggerFactory.Create(logging =>
            {
                logging.AddProvider(new ErrorLog(output, parsed.GetValue(_verbose) ? LogLevel.Information : LogLevel.Warning));
                export.AddTo(logging);
            });
            if (parsed.GetValue(_monitor) is { } monitor)
            {
                MonitorFile.Read(monitor, options.ControlPlane.Monitor);
            }

            if (parsed.GetValue(_prometheus) is { } prometheus)
            {
                options.ControlPlane.Prometheus.Address = Uri.TryCreate(prometheus, UriKind.Absolute, out var its)
                    ? its
                    : throw new ArgumentException($"--prometheus is no address: '{prometheus}'. Write one like http://127.0.0.1:9090.");
                options.ControlPlane.Prometheus.Token = theseus.Environment(PrometheusVariable);
            }

            if (parsed.GetValue(_certificate) is { } file)
            {
                options.Certificate = X509Certificate2.CreateFromPemFile(file);
            }

            // Ends after the server, which uses it to its end.
            var fleet = ServedFleet.Connect(parsed.GetValue(_fleet), parsed.GetValue(_fleetConfig), theseus.Environment, theseus.Time, loggers);
            await using (fleet.ConfigureAwait(false))
            {
                var server = await TheseusServer.StartAsync(options, fleet.Channel, theseus.Time, loggers, cancellationToken).ConfigureAwait(false);
                await using (server.ConfigureAwait(false))
                {
                    Tell(server, fleet, output);
                    await Task.Delay(Timeout.InfiniteTimeSpan, theseus.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }

            return ExitCode.Done;
        }
        catch (ArgumentException wrong)
        {
            return output.Problem(ExitCode.Usage, "Usage", wrong.Message);
        }
        catch (Exception failure) when (failure is StorageException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            return output.Problem(ExitCode.Refused, failure is StorageException storage ? storage.Fault.ToString() : "CannotServe", failure.Message);
        }
    }

    private static void Tell(TheseusServer server, ServedFleet fleet, Output output)
    {
        output.Line($"A control plane serves at {server.Address.GetLeftPart(UriPartial.Authority)}. Ctrl+C ends it; upgrades go on at the next start.", new(Color.Green));
        if (fleet.Place.Length > 0)
        {
            output.Note($"Nodes join it by RabbitMQ at {fleet.Place}.");
        }

        if (server.FirstToken is { } first)
        {
            output.Note($"There was no token of an admin, so one was made. It is shown this once, and lies in {TokenIssuer.FirstTokenFile} in the data folder:");
            output.Line(first.Text);
        }
    }

    [GeneratedRegex(@"(^|;)\s*(Password|PSW|PWD)\s*=", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Password();
}
