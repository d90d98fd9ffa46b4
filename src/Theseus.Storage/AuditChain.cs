using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Theseus.Control.Audit;

namespace Theseus.Storage;

/// <summary>Goes along the audit's records, the oldest first, and notes what does not fit. The same for every database.</summary>
internal sealed class AuditChain(string? knownHash)
{
    /// <summary>What the first record has for the hash before it.</summary>
    public const string Beginning = "";

    private readonly List<string> _problems = [];
    private string _previous = Beginning;
    private long _expected = 1;
    private bool _foundKnown = knownHash is null;

    /// <summary>The hash over a record and the one before it.</summary>
    public static string HashOf(string previous, long sequence, string entry) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{previous}\n{sequence}\n{entry}"))));

    /// <summary>Takes the next record.</summary>
    public void Add(long sequence, string entry, string hash)
    {
        if (sequence != _expected)
        {
            _problems.Add(sequence == _expected + 1 ? $"Record {_expected} is missing." : $"Records {_expected} to {sequence - 1} are missing.");
        }

        if (HashOf(_previous, sequence, entry) != hash)
        {
            _problems.Add($"Record {sequence} is not what was written: its hash does not fit it and the one before.");
        }

        (_previous, _expected, _foundKnown) = (hash, sequence + 1, _foundKnown || hash == knownHash);
    }

    /// <summary>Ends, with what the database itself says its last record is.</summary>
    public AuditVerification End(long lastSequence, string lastHash)
    {
        if ((lastSequence, lastHash) != (_expected - 1, _previous))
        {
            _problems.Add($"The last record is {_expected - 1}, and the database was last written with {lastSequence}: records at the end were removed, added or changed.");
        }

        if (!_foundKnown)
        {
            _problems.Add("No record has the hash that you gave: the chain was written anew since you took it.");
        }

        return new AuditVerification(_expected - 1, _previous, _problems);
    }
}
