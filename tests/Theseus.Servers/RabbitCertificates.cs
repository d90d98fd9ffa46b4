using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Theseus.Servers;

/// <summary>An authority that signs nothing but a broker's certificates, in PEM files; and one that signs nothing at all.</summary>
internal static class RabbitCertificates
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";
    private const string ForClients = "1.3.6.1.5.5.7.3.2";

    private static readonly DateTimeOffset s_begins = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly DateTimeOffset s_ends = DateTimeOffset.UnixEpoch.AddYears(75);

    /// <summary>
    /// Writes <c>ca.pem</c> and <c>other-ca.pem</c> into a folder, and certificates with their keys: <c>server</c> and
    /// <c>expired</c>, both for localhost, and <c>client</c>.
    /// </summary>
    public static void Write(string folder)
    {
        using var authority = Authority("CN=Theseus tests");
        using var other = Authority("CN=Somebody else");
        File.WriteAllText(Path.Combine(folder, "ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "other-ca.pem"), other.ExportCertificatePem());
        Issue(authority, folder, "server", "CN=localhost", ForServers, s_ends);
        Issue(authority, folder, "expired", "CN=localhost", ForServers, s_begins.AddDays(1));
        Issue(authority, folder, "client", "CN=client", ForClients, s_ends);
    }

    private static X509Certificate2 Authority(string name)
    {
        // The certificate keeps the key.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        return request.CreateSelfSigned(s_begins, s_ends);
    }

    private static void Issue(X509Certificate2 authority, string folder, string file, string name, string use, DateTimeOffset ends)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name["CN=".Length..]);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
        using var certificate = request.Create(authority, s_begins, ends, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(folder, $"{file}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, $"{file}.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
