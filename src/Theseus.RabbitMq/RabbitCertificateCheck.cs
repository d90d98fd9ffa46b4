using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Theseus.RabbitMq;

/// <summary>Looks at the certificate that the broker shows, and says what is wrong with it and what to do. For one connecting.</summary>
internal sealed class RabbitCertificateCheck(RabbitTlsOptions tls, string name)
{
    private const int MostNames = 5;
    private static readonly Oid s_serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    private readonly List<string> _faults = [];

    /// <summary>All that is wrong with it; null for nothing, or when none was shown yet.</summary>
    public string? Fault => _faults.Count > 0 ? string.Join(' ', _faults) : null;

    /// <summary>Whether it is taken.</summary>
    public bool Takes(object sender, X509Certificate? shown, X509Chain? given, SslPolicyErrors errors)
    {
        _faults.Clear();
        if (shown is null)
        {
            _faults.Add("It shows no certificate.");
            return false;
        }

        using var certificate = new X509Certificate2(shown);
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            _faults.Add($"Its certificate is for {Names(certificate)}, and not for '{name}': reach it by a name that its certificate is for, or say in Tls:ServerName which that is.");
        }

        if (tls.CaFile.Length > 0)
        {
            // Only what is wrong with the chain may be made good by the authorities that are named; never the name.
            LookAtChain(certificate, given);
        }
        else if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            Add(certificate, given?.ChainStatus ?? []);
        }

        return _faults.Count == 0;
    }

    private void LookAtChain(X509Certificate2 certificate, X509Chain? given)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(s_serverAuthentication);
        try
        {
            chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(tls.CaFile);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            _faults.Add($"Tls:CaFile cannot be read: {failure.Message}");
            return;
        }

        if (given is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(given.ChainPolicy.ExtraStore);
        }

        if (!chain.Build(certificate))
        {
            Add(certificate, chain.ChainStatus);
        }
    }

    private void Add(X509Certificate2 certificate, X509ChainStatus[] found)
    {
        var all = found.Aggregate(X509ChainStatusFlags.NoError, (together, one) => together | one.Status);
        if (all.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            _faults.Add(string.Create(CultureInfo.InvariantCulture, $"Its certificate is valid from {certificate.NotBefore.ToUniversalTime():u} until {certificate.NotAfter.ToUniversalTime():u}, or an authority's is not valid now: renew it at the broker, or set this machine's clock."));
        }

        if ((all & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != X509ChainStatusFlags.NoError)
        {
            _faults.Add(tls.CaFile.Length > 0
                ? $"Its certificate comes from '{certificate.Issuer}', and not from an authority in Tls:CaFile, '{tls.CaFile}': put the right one there."
                : $"Its certificate comes from '{certificate.Issuer}', which this machine does not trust: name a file with that authority in Tls:CaFile.");
        }

        if (_faults.Count == 0)
        {
            _faults.Add($"Its certificate is not taken: {string.Join(' ', found.Select(one => one.StatusInformation.Trim()))} Give the broker another one.");
        }
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(one => one.EnumerateDnsNames().Concat(one.EnumerateIPAddresses().Select(address => address.ToString()))).Take(MostNames).ToList();
        return names.Count > 0 ? string.Join(", ", names.Select(one => $"'{one}'")) : "no name";
    }
}
