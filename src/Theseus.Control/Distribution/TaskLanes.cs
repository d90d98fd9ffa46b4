using System.Security.Cryptography;
using System.Text;

namespace Theseus.Control.Distribution;

/// <summary>Names lanes: tasks of one kind that may be done in the same places have the same name, and no others.</summary>
public static class TaskLanes
{
    private const int Longest = 200;

    /// <summary>The lane of a request.</summary>
    public static string Of(TaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Of(request.Kind, request.Placement);
    }

    internal static string Of(string kind, TaskPlacement placement)
    {
        if (placement.Nodes.Count == 0 && placement.Labels.Count == 0)
        {
            return kind;
        }

        // Lengths before texts: what is in a text cannot make one placement look like another.
        var name = new StringBuilder(kind).Append(' ').Append(placement.WhenGone);
        foreach (var node in placement.Nodes.Order(StringComparer.Ordinal))
        {
            name.Append(" n").Append(node.Length).Append(':').Append(node);
        }

        foreach (var (key, value) in placement.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
        {
            name.Append(" l").Append(key.Length).Append(':').Append(key).Append(' ').Append(value.Length).Append(':').Append(value);
        }

        // A kind has no space in it, so a lane of no places is none of these.
        return name.Length <= Longest ? name.ToString() : $"{kind} #{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name.ToString())))}";
    }
}
