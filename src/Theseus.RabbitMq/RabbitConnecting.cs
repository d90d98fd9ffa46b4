using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace Theseus.RabbitMq;

/// <summary>Says to the client how the broker is reached. Thread-safe.</summary>
internal static class RabbitConnecting
{
    // As much as a broker lets through at most. The client gives its connection up over a message that is larger, and would
    // meet that again on the next one: it has to come in to be set aside. What is sent is far smaller; 'max_message_size' in
    // the broker's configuration keeps anything larger out.
    private const uint LargestMessage = 512u << 20;

    /// <summary>Connects. Reads password and certificates anew, so that they can be changed.</summary>
    /// <exception cref="AuthenticationException">The broker's certificate is not taken; the message says why and what to do.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">A certificate cannot be read.</exception>
    public static async Task<IConnection> ConnectAsync(RabbitOptions options, string purpose, CancellationToken cancellationToken)
    {
        var name = options.Tls is { ServerName.Length: > 0 } named ? named.ServerName : options.Host;
        var check = options.Tls is { } tls ? new RabbitCertificateCheck(tls, name) : null;
        var factory = Factory(options, purpose);
        factory.Ssl = check is null ? new SslOption() : Secured(options.Tls!, check, name);
        try
        {
            return await factory.CreateConnectionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (check?.Fault is { } fault)
        {
            throw new AuthenticationException(fault, failure);
        }
    }

    private static ConnectionFactory Factory(RabbitOptions options, string purpose) => new()
    {
        HostName = options.Host,
        Port = options.EffectivePort,
        VirtualHost = options.VirtualHost,
        UserName = options.User,
        Password = options.PasswordFile.Length > 0 ? File.ReadLines(options.PasswordFile).FirstOrDefault() ?? "" : options.Password,
        ClientProvidedName = $"theseus {purpose}",
        MaxInboundMessageBodySize = LargestMessage,
        RequestedHeartbeat = options.Heartbeat,
        RequestedConnectionTimeout = options.ConnectTimeout,
        ContinuationTimeout = options.ConnectTimeout,
        // The link connects again by itself, and its users declare and read again what they had.
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
    };

    /// <summary>What TLS is to be, and what looks at the broker's certificate.</summary>
    private static SslOption Secured(RabbitTlsOptions tls, RabbitCertificateCheck check, string name)
    {
        var secured = new SslOption(name, enabled: true) { CertificateValidationCallback = check.Takes };
        if (tls.CertificateFile.Length > 0)
        {
            secured.Certs = [X509Certificate2.CreateFromPemFile(tls.CertificateFile, tls.KeyFile.Length > 0 ? tls.KeyFile : null)];
        }

        return secured;
    }
}
