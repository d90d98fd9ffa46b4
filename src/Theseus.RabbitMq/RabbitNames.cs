using System.Security.Cryptography;
using System.Text;

namespace Theseus.RabbitMq;

/// <summary>What queues and exchanges are called. AMQP allows 255 bytes.</summary>
internal sealed class RabbitNames(string prefix)
{
    public const int LongestPrefix = 50;
    private const int LongestNode = 150;
    private const int LongestProcess = 34;

    /// <summary>Where nodes report to: a copy for each control plane.</summary>
    public string Reports => $"{prefix}.reports";

    /// <summary>Where nodes answer to, and the queue behind it, which control planes share.</summary>
    public string Answers => $"{prefix}.answers";

    /// <summary>Where rejected messages go, and the queue behind it.</summary>
    public string SetAside => $"{prefix}.set-aside";

    /// <summary>A node's tasks.</summary>
    public string Tasks(string node) => $"{prefix}.tasks.{Escaped(node)}";

    /// <summary>What is for one process alone of those that go by a node's name.</summary>
    public string Process(string node, string incarnation) => $"{prefix}.process.{Escaped(node)}.{Short(incarnation)}";

    /// <summary>A node's assignments.</summary>
    public string Assignments(string node) => $"{prefix}.assignments.{Escaped(node)}";

    public static bool IsPrefix(string? text) => text is { Length: >= 1 and <= LongestPrefix } && text.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_');

    private static string Short(string incarnation)
    {
        var text = Escaped(incarnation);
        return text.Length <= LongestProcess ? text : $"%%{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(incarnation)))}"[..LongestProcess];
    }

    /// <summary>A node's name as a part of another: two names never give the same.</summary>
    internal static string Escaped(string node)
    {
        var text = new StringBuilder(node.Length);
        foreach (var one in Encoding.UTF8.GetBytes(node))
        {
            // A dot separates, and '%' begins what is escaped, or a digest.
            _ = char.IsAsciiLetterOrDigit((char)one) || one is (byte)'-' or (byte)'_' ? text.Append((char)one) : text.Append('%').Append(one.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return text.Length <= LongestNode ? text.ToString() : $"%%{Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(node)))}";
    }
}
