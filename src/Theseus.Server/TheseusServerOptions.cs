using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Theseus.Server;

/// <summary>How a server is put together. Set before it is started; not thread-safe.</summary>
public sealed class TheseusServerOptions
{
    /// <summary>The address that it listens on, of this machine alone.</summary>
    public const string DefaultAddress = "http://127.0.0.1:8630";

    /// <summary>Where it listens: <c>http</c> or <c>https</c>, an address or <c>localhost</c>, and a port; port 0 takes a free one. Default: <see cref="DefaultAddress"/>.</summary>
    public string Address { get; set; } = DefaultAddress;

    /// <summary>Whether it may listen for others than this machine without encryption, where tokens can be read on the way. Default: not.</summary>
    public bool AllowInsecure { get; set; }

    /// <summary>The certificate for <c>https</c>, with its private key; needed for that alone. Default: none.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>The control plane.</summary>
    public ControlPlaneOptions ControlPlane { get; } = new();

    /// <summary>The API's bounds.</summary>
    public TheseusApiOptions Api { get; } = new();

    /// <summary>All that is wrong with these options; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>(Api.Validate());
        if (string.IsNullOrWhiteSpace(ControlPlane.DataFolder))
        {
            faults.Add("ControlPlane.DataFolder has to be set: it is where the database lies.");
        }

        if (!Uri.TryCreate(Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.PathAndQuery != "/" || Host(address) is null)
        {
            faults.Add($"Address is '{Address}'; write it like {DefaultAddress}: http or https, an IP address or localhost, and a port.");
            return faults;
        }

        if (address.Scheme == "https" && Certificate is null)
        {
            faults.Add("Address is https, which needs Certificate.");
        }

        if (address.Scheme == "http" && !IPAddress.IsLoopback(Host(address)!) && !AllowInsecure)
        {
            faults.Add($"Address is {Address}, which others can reach, without encryption: tokens could be read on the way. Take https with a Certificate, take 127.0.0.1 (with a proxy before it that encrypts), or set AllowInsecure.");
        }

        return faults;
    }

    /// <summary>The address that a URL names; null for a name that would have to be looked up.</summary>
    internal static IPAddress? Host(Uri address) =>
        address.Host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) ? ip : null;
}
