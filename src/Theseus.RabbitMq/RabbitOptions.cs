using System.Net;

namespace Theseus.RabbitMq;

/// <summary>How the fleet's channel reaches RabbitMQ, and how much it may hold there. Set before a channel is made; not thread-safe.</summary>
public sealed class RabbitOptions
{
    /// <summary>The broker's host name or address. Default: <c>localhost</c>.</summary>
    public string Host { get; set; } = "localhost";

    /// <summary>Its port; 0 for the usual one, 5671 with TLS and 5672 without. Default: 0.</summary>
    public int Port { get; set; }

    /// <summary>The virtual host, which the fleet should have for itself. Default: <c>theseus</c>.</summary>
    public string VirtualHost { get; set; } = "theseus";

    /// <summary>The user. A node has one of its own, named like the node: see <see cref="RabbitPermissions"/>.</summary>
    public string User { get; set; } = "";

    /// <summary>The user's password; never written to a log. One of this and <see cref="PasswordFile"/>.</summary>
    public string Password { get; set; } = "";

    /// <summary>A file with the password in its first line, read at each connecting, so that it can be changed. Empty for none.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>TLS; null for none. Default: none.</summary>
    public RabbitTlsOptions? Tls { get; set; }

    /// <summary>Whether passwords and messages may go over a network without TLS. Not asked on this machine itself. Default: no.</summary>
    public bool AllowInsecure { get; set; }

    /// <summary>What the names of queues and exchanges begin with: ASCII letters, digits, '-' and '_', at most 50. Default: <c>theseus</c>.</summary>
    public string Prefix { get; set; } = "theseus";

    /// <summary>
    /// Whether the control plane takes from a node only what was sent by the user that is named like the node, for which the
    /// broker vouches. Anything else is set aside. Default: no.
    /// </summary>
    public bool RequireNodeUser { get; set; }

    /// <summary>How long sending waits for room, for the broker or for its confirmation; above zero. Default: 10 s.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long connecting may take; above zero. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often each side shows that it is there, from 1 s. A broker that is silent for twice as long is taken for lost. Default: 10 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause between two tries to connect; it grows up to there. Above zero. Default: 15 s.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many messages of a kind may wait for their confirmation, from 1 to 1000. Default: 200.</summary>
    public int Unconfirmed { get; set; } = 200;

    /// <summary>How many messages a reader may hold that it has not acknowledged, from 1 to 1000. Default: 64.</summary>
    public int Prefetch { get; set; } = 64;

    /// <summary>How many tasks, and how many messages with assignments, wait for a node at most; older ones are dropped, for they are sent again. From 1. Default: 1000.</summary>
    public int NodeQueueLength { get; set; } = 1000;

    /// <summary>How long they wait for a node at most; from 1 s. Default: 5 minutes.</summary>
    public TimeSpan NodeMessageTtl { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a node's queues are kept while it is away; from 1 minute, up to 49 days. Default: 7 days.</summary>
    public TimeSpan NodeQueueExpiry { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How many reports wait for a control plane that does not read them; older ones are dropped. From 1. Default: 10,000.</summary>
    public int ReportQueueLength { get; set; } = 10_000;

    /// <summary>How many messages with answers wait for a control plane; then nodes wait. From 1. Default: 100,000.</summary>
    public int AnswerQueueLength { get; set; } = 100_000;

    /// <summary>How many messages that could not be taken are kept to be looked at; older ones are dropped. From 1. Default: 1000.</summary>
    public int SetAsideLength { get; set; } = 1000;

    /// <summary>Reads options from an address like <c>amqps://user:password@broker.example.org:5671/theseus</c>.</summary>
    /// <param name="address">The address. Parts that it leaves out have their defaults.</param>
    /// <exception cref="ArgumentException">It is no such address; the message has nothing of it.</exception>
    public static RabbitOptions Parse(string address)
    {
        // Without anything of it, which could be the password.
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps") || uri.Host.Length == 0 || uri.Segments.Length > 2 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw new ArgumentException("RabbitMQ's address cannot be read. Write it like: amqps://user:password@broker.example.org:5671/theseus", nameof(address));
        }

        var user = uri.UserInfo.Split(':', 2);
        return new RabbitOptions
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 0,
            VirtualHost = uri.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(uri.AbsolutePath[1..]) : "theseus",
            User = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : "",
            Tls = uri.Scheme == "amqps" ? new RabbitTlsOptions() : null,
        };
    }

    /// <summary>All that is wrong with these options; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        Require(!string.IsNullOrWhiteSpace(Host), "RabbitMq.Host names no host.");
        Require(Port is >= 0 and <= 65535, "RabbitMq.Port has to be from 0 to 65535.");
        Require(VirtualHost is { Length: > 0 and <= 255 }, "RabbitMq.VirtualHost has from 1 to 255 characters.");
        Require(User is { Length: > 0 and <= 255 }, "RabbitMq.User has from 1 to 255 characters.");
        Require(string.IsNullOrEmpty(Password) != string.IsNullOrEmpty(PasswordFile), "RabbitMq has one of Password and PasswordFile.");
        Require(Tls is not null || AllowInsecure || IsThisMachine(Host), "RabbitMq.Host is another machine, where passwords would go over the network for all to read: use TLS (amqps://), or set RabbitMq.AllowInsecure.");
        Require(RabbitNames.IsPrefix(Prefix), $"RabbitMq.Prefix has from 1 to {RabbitNames.LongestPrefix} of: ASCII letters, digits, '-', '_'.");
        Require(SendTimeout > TimeSpan.Zero && SendTimeout <= TimeSpan.FromHours(1), "RabbitMq.SendTimeout has to be above zero, up to 1 hour.");
        Require(ConnectTimeout > TimeSpan.Zero && ConnectTimeout <= TimeSpan.FromHours(1), "RabbitMq.ConnectTimeout has to be above zero, up to 1 hour.");
        Require(Heartbeat >= TimeSpan.FromSeconds(1) && Heartbeat <= TimeSpan.FromHours(1), "RabbitMq.Heartbeat has to be from 1 s to 1 hour.");
        Require(LongestPause > TimeSpan.Zero && LongestPause <= TimeSpan.FromHours(1), "RabbitMq.LongestPause has to be above zero, up to 1 hour.");
        Require(Unconfirmed is >= 1 and <= 1000, "RabbitMq.Unconfirmed has to be from 1 to 1000.");
        Require(Prefetch is >= 1 and <= 1000, "RabbitMq.Prefetch has to be from 1 to 1000.");
        Require(NodeQueueLength >= 1, "RabbitMq.NodeQueueLength has to be 1 or greater.");
        Require(NodeMessageTtl >= TimeSpan.FromSeconds(1) && NodeMessageTtl <= TimeSpan.FromDays(49), "RabbitMq.NodeMessageTtl has to be from 1 s to 49 days.");
        Require(NodeQueueExpiry >= TimeSpan.FromMinutes(1) && NodeQueueExpiry <= TimeSpan.FromDays(49), "RabbitMq.NodeQueueExpiry has to be from 1 minute to 49 days.");
        Require(ReportQueueLength >= 1, "RabbitMq.ReportQueueLength has to be 1 or greater.");
        Require(AnswerQueueLength >= 1, "RabbitMq.AnswerQueueLength has to be 1 or greater.");
        Require(SetAsideLength >= 1, "RabbitMq.SetAsideLength has to be 1 or greater.");
        faults.AddRange(Tls?.Validate() ?? []);
        return faults;

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }

    /// <summary>Where it connects to, without secrets.</summary>
    public override string ToString() => $"{(Tls is null ? "amqp" : "amqps")}://{Host}:{EffectivePort}/{Uri.EscapeDataString(VirtualHost)}";

    internal int EffectivePort => Port != 0 ? Port : Tls is null ? 5672 : 5671;

    /// <exception cref="ArgumentException">They cannot be used; the message has all that is wrong.</exception>
    internal void ThrowIfFaulty()
    {
        if (Validate() is { Count: > 0 } faults)
        {
            throw new ArgumentException($"The options for RabbitMQ cannot be used. {string.Join(' ', faults)}");
        }
    }

    private static bool IsThisMachine(string? host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
}
