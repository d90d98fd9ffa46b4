using System.Text.RegularExpressions;

namespace Theseus.RabbitMq;

/// <summary>
/// What a user may do in the fleet's virtual host, as RabbitMQ's regular expressions for
/// <c>rabbitmqctl set_permissions -p VHOST USER CONFIGURE WRITE READ</c>. Immutable.
/// </summary>
/// <param name="Configure">What it may declare and delete.</param>
/// <param name="Write">What it may send to.</param>
/// <param name="Read">What it may read from.</param>
public sealed record RabbitPermissions(string Configure, string Write, string Read)
{
    /// <summary>
    /// What a node needs and no more: its own queues, and to send to where control planes read. It can neither read what is
    /// for other nodes, nor send them anything.
    /// </summary>
    /// <param name="node">The node's name.</param>
    /// <param name="prefix">As in <see cref="RabbitOptions.Prefix"/>.</param>
    public static RabbitPermissions OfNode(string node, string prefix = "theseus")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(node);
        var begin = Prefix(prefix);
        var name = Escaped(RabbitNames.Escaped(node));
        var own = $@"^{begin}\.((tasks|assignments)\.{name}|process\.{name}\.[^.]+)$";
        // Who declares a queue that rejected messages leave for an exchange has to be allowed to send to that.
        return new RabbitPermissions(own, $@"^{begin}\.(reports|answers|set-aside)$", own);
    }

    /// <summary>What a control plane needs: all that begins with the prefix, its own queue for reports, and to send to queues by their names.</summary>
    /// <param name="prefix">As in <see cref="RabbitOptions.Prefix"/>.</param>
    public static RabbitPermissions OfControlPlane(string prefix = "theseus")
    {
        var all = $@"^{Prefix(prefix)}\..*$";
        return new RabbitPermissions(all, $@"^({Prefix(prefix)}\..*|amq\.default)$", all);
    }

    private static string Prefix(string prefix) => RabbitNames.IsPrefix(prefix) ? Escaped(prefix) : throw new ArgumentException($"A prefix has from 1 to {RabbitNames.LongestPrefix} of: ASCII letters, digits, '-', '_'.", nameof(prefix));

    // In a Perl expression '-' and '%' stand for themselves outside brackets; nothing else that names are made of means more.
    private static string Escaped(string name) => Regex.Escape(name);
}
