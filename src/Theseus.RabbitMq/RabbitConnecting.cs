using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;

namespace Theseus.RabbitMq;

/// <summary>Says to the client how the broker is reached. Thread-safe.</summary>
internal static class RabbitConnecting
{
    private static readonly Oid s_serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>Reads password and certificates anew, so that they can be changed.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">A certificate cannot be read.</exception>
    public static ConnectionFactory Factory(RabbitOptions options, string purpose) => new()
    {
        HostName = options.Host,
        Port = options.EffectivePort,
        VirtualHost = options.VirtualHost,
        UserName = options.User,
        Password = options.PasswordFile.Length > 0 ? File.ReadLines(options.PasswordFile).FirstOrDefault() ?? "" : options.Password,
        ClientProvidedName = $"theseus {purpose}",
        RequestedHeartbeat = options.Heartbeat,
        RequestedConnectionTimeout = options.ConnectTimeout,
        ContinuationTimeout = options.ConnectTimeout,
        // The link connects again by itself, and its users declare and read again what they had.
        AutomaticRecoveryEnabled = false,
        TopologyRecoveryEnabled = false,
        Ssl = options.Tls is { } tls ? Secured(tls, options.Host) : new SslOption(),
    };

    private static SslOption Secured(RabbitTlsOptions tls, string host)
    {
        var secured = new SslOption(tls.ServerName.Length > 0 ? tls.ServerName : host, enabled: true);
        if (tls.CertificateFile.Length > 0)
        {
            secured.Certs = [X509Certificate2.CreateFromPemFile(tls.CertificateFile, tls.KeyFile.Length > 0 ? tls.KeyFile : null)];
        }

        if (tls.CaFile.Length > 0)
        {
            // Only what is wrong with the chain may be made good by the authorities that are named; never the name.
            secured.CertificateValidationCallback = (_, shown, given, errors) =>
                (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None && shown is not null && ComesFrom(tls.CaFile, shown, given);
        }

        return secured;
    }

    private static bool ComesFrom(string authorities, X509Certificate shown, X509Chain? given)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(s_serverAuthentication);
        if (given is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(given.ChainPolicy.ExtraStore);
        }

        using var certificate = new X509Certificate2(shown);
        return chain.Build(certificate);
    }
}
