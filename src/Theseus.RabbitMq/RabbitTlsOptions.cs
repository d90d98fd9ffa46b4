namespace Theseus.RabbitMq;

/// <summary>How the connection to RabbitMQ is secured. Not thread-safe.</summary>
public sealed class RabbitTlsOptions
{
    /// <summary>A PEM file with the authorities that the broker's certificate may come from, and no others then; empty for those that the machine trusts.</summary>
    public string CaFile { get; set; } = "";

    /// <summary>The name that the broker's certificate has to have; empty for the host's.</summary>
    public string ServerName { get; set; } = "";

    /// <summary>A PEM file with a certificate to show to the broker; empty for none.</summary>
    public string CertificateFile { get; set; } = "";

    /// <summary>A PEM file with that certificate's key; empty for the same file.</summary>
    public string KeyFile { get; set; } = "";

    internal IEnumerable<string> Validate()
    {
        if (CaFile.Length > 0 && !File.Exists(CaFile))
        {
            yield return $"RabbitMq.Tls.CaFile is not there: '{CaFile}'.";
        }

        if (CertificateFile.Length > 0 && !File.Exists(CertificateFile))
        {
            yield return $"RabbitMq.Tls.CertificateFile is not there: '{CertificateFile}'.";
        }

        if (KeyFile.Length > 0 && (CertificateFile.Length == 0 || !File.Exists(KeyFile)))
        {
            yield return CertificateFile.Length == 0 ? "RabbitMq.Tls.KeyFile is the key to RabbitMq.Tls.CertificateFile, which is not given." : $"RabbitMq.Tls.KeyFile is not there: '{KeyFile}'.";
        }
    }
}
