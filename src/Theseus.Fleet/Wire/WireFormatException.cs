namespace Theseus.Fleet.Wire;

/// <summary>A message that cannot be taken: of an unknown type or version, too large, or not what its type says.</summary>
public sealed class WireFormatException : Exception
{
    private const int MostShown = 20;

    /// <summary>Makes one.</summary>
    /// <param name="type">The message's type as it was given; null for none.</param>
    /// <param name="faults">All that is wrong with it.</param>
    /// <param name="inner">What was met; null for nothing more.</param>
    public WireFormatException(string? type, IReadOnlyList<string> faults, Exception? inner = null)
        : base(Describe(type, faults), inner) => Faults = faults;

    /// <summary>All that is wrong with it; at least one.</summary>
    public IReadOnlyList<string> Faults { get; }

    private static string Describe(string? type, IReadOnlyList<string> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        var more = faults.Count > MostShown ? $" And {faults.Count - MostShown} more." : "";
        return $"A message of type '{Shortened.To(type ?? "", 60)}' cannot be taken. {string.Join(' ', faults.Take(MostShown))}{more}";
    }
}
