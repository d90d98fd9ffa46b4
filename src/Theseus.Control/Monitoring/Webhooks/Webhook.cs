using System.Net;

namespace Theseus.Control.Monitoring;

/// <summary>Where alerts are told to. Immutable. Its text has no secret in it.</summary>
public sealed record Webhook
{
    /// <summary>The fewest bytes of a secret: 24.</summary>
    public const int ShortestSecret = 24;

    /// <summary>The most bytes of a secret: 64.</summary>
    public const int LongestSecret = 64;

    /// <summary>Its name, unique among the webhooks, for the log.</summary>
    public required string Name { get; init; }

    /// <summary>Its address: https, or http of this machine. Not followed where it redirects.</summary>
    public required Uri Address { get; init; }

    /// <summary>What messages are signed with, 24 to 64 bytes that its receiver knows too.</summary>
    public required ReadOnlyMemory<byte> Secret { get; init; }

    /// <summary>The least that an alert has to matter to be told. Default: a warning.</summary>
    public AlertSeverity Least { get; init; } = AlertSeverity.Warning;

    /// <summary>How long one try may take; from 0.1 s to 1 minute. Default: 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause after the first try that failed, doubled after each further one up to ten minutes; from 1 ms to 1 minute. Default: 1 s.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a message is tried to be delivered before it is given up; from zero, for one try, to 7 days. Default: 24 h.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Says all that is wrong, each with what to write instead; empty for nothing.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(Name))
        {
            faults.Add("A webhook has no name; give it one.");
        }

        if (Address is not { IsAbsoluteUri: true } || !(Address.Scheme == Uri.UriSchemeHttps || (Address.Scheme == Uri.UriSchemeHttp && IsThisMachine(Address))))
        {
            faults.Add($"Webhook '{Name}': the address has to begin with https://, or with http:// for this machine alone.");
        }
        else if (Address.UserInfo.Length > 0)
        {
            faults.Add($"Webhook '{Name}': the address has a user or a password in it. Leave them out: messages are signed.");
        }

        if (Secret.Length is < ShortestSecret or > LongestSecret)
        {
            faults.Add($"Webhook '{Name}': a secret has from {ShortestSecret} to {LongestSecret} bytes; this one has {Secret.Length}.");
        }

        Within("Timeout", Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
        Within("FirstPause", FirstPause, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1));
        Within("GiveUpAfter", GiveUpAfter, TimeSpan.Zero, TimeSpan.FromDays(7));
        return faults;

        void Within(string name, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
            {
                faults.Add($"Webhook '{Name}': {name} has to be from {least} to {most}; it is {value}.");
            }
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} at {Address}";

    private static bool IsThisMachine(Uri address) => address.IsLoopback || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
}
