using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Theseus.Fleet;
using Theseus.RabbitMq;

namespace Theseus.Cli.Control;

/// <summary>How a control plane that is served reaches its nodes: by RabbitMQ, or within its own process where nothing is said.</summary>
internal sealed class ServedFleet : IAsyncDisposable
{
    /// <summary>The variable with RabbitMQ's address, a password included.</summary>
    public const string Variable = "THESEUS_FLEET";

    /// <summary>The variable with the password alone.</summary>
    public const string PasswordVariable = "THESEUS_FLEET_PASSWORD";

    private ServedFleet(IFleetChannel channel, string place) => (Channel, Place) = (channel, place);

    public IFleetChannel Channel { get; }

    /// <summary>Where nodes join, without secrets; empty for within this process.</summary>
    public string Place { get; }

    /// <summary>Makes the channel. It connects by itself, also later: nothing is waited for.</summary>
    /// <exception cref="ArgumentException">What was said cannot be used; the message has all that is wrong with it, and no secret.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ServedFleet Connect(string? address, string? file, Func<string, string?> environment, TimeProvider time, ILoggerFactory loggers) =>
        Read(address, file, environment) is { } options
            ? new ServedFleet(new RabbitFleetChannel(options, time, loggers.CreateLogger<RabbitFleetChannel>()), options.ToString())
            : new ServedFleet(new InProcessChannel(), "");

    public async ValueTask DisposeAsync()
    {
        if (Channel is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What the command line, the file and the environment say together; null when none of them says anything.</summary>
    private static RabbitOptions? Read(string? address, string? file, Func<string, string?> environment)
    {
        if (address is not null && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Contains(':', StringComparison.Ordinal))
        {
            throw new ArgumentException($"--fleet has a password in it, which other users of this machine can read there. Put the address into the environment variable {Variable}, the password into {PasswordVariable}, or name a file that has it: PasswordFile in the file of --fleet-config.");
        }

        address ??= environment(Variable);
        if (address is null && file is null)
        {
            return null;
        }

        var options = file is null ? new RabbitOptions() : ReadFile(file);
        if (address is not null)
        {
            Apply(RabbitOptions.Parse(address), options);
        }

        if (options is { Password: "", PasswordFile: "" })
        {
            options.Password = environment(PasswordVariable) ?? "";
        }

        return options.Validate() is { Count: > 0 } faults ? throw new ArgumentException(string.Join(Environment.NewLine, faults)) : options;
    }

    private static RabbitOptions ReadFile(string path)
    {
        using var file = File.OpenRead(path);
        try
        {
            return RabbitConfiguration.Read(new ConfigurationBuilder().AddJsonStream(file).Build());
        }
        catch (Exception failure) when (failure is FormatException or JsonException or ArgumentException)
        {
            throw new ArgumentException($"'{path}' cannot be used: {failure.InnerException?.Message ?? failure.Message}", failure);
        }
    }

    private static void Apply(RabbitOptions address, RabbitOptions options)
    {
        if (address.Tls is null && options.Tls is not null)
        {
            throw new ArgumentException("RabbitMQ's address is amqp://, without TLS, and the file of --fleet-config asks for TLS. Write amqps://.");
        }

        (options.Host, options.Port, options.VirtualHost) = (address.Host, address.Port, address.VirtualHost);
        options.User = address.User.Length > 0 ? address.User : options.User;
        options.Tls ??= address.Tls;
        if (address.Password.Length > 0)
        {
            (options.Password, options.PasswordFile) = (address.Password, "");
        }
    }
}
