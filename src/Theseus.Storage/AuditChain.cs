using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Theseus.Control.Audit;

namespace Theseus.Storage;

/// <summary>Goes along the audit's records, the oldest first, and notes what does not fit. The same for every database.</summary>
internal sealed class AuditChain
{
    /// <summary>What the first record has for the hash before it.</summary>
    public const string Beginning = "";

    private readonly List<string> _problems = [];
    private readonly string? _knownHash;
    private string _previous = Beginning;
    private long _expected = 1;
    private bool _foundKnown;

    private AuditChain(string? knownHash) => (_knownHash, _foundKnown) = (knownHash, knownHash is null);

    /// <summary>The hash over a record and the one before it.</summary>
    public static string HashOf(string previous, long sequence, string entry) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{previous}\n{sequence}\n{entry}"))));

    /// <summary>
    /// Goes along all records, a page at a time, and holds the database only while it reads one: others append meanwhile,
    /// to the end that it has not come to.
    /// </summary>
    /// <param name="knownHash">A hash that some record has to have; null for none.</param>
    /// <param name="read">Reads the records after a number, as many as a page has, and where the database ends, all at one moment.</param>
    public static async Task<AuditVerification> VerifyAsync(string? knownHash, Func<long, Task<AuditPage>> read)
    {
        var chain = new AuditChain(knownHash);
        var after = long.MinValue;
        while (true)
        {
            var page = await read(after).ConfigureAwait(false);
            foreach (var (sequence, entry, hash) in page.Records)
            {
                chain.Add(sequence, entry, hash);
                after = sequence;
            }

            if (page.Records.Count < AuditPage.Size)
            {
                return chain.End(page.LastSequence, page.LastHash);
            }
        }
    }

    /// <summary>Takes the next record.</summary>
    private void Add(long sequence, string entry, string hash)
    {
        if (sequence != _expected)
        {
            _problems.Add(sequence == _expected + 1 ? $"Record {_expected} is missing." : $"Records {_expected} to {sequence - 1} are missing.");
        }

        if (HashOf(_previous, sequence, entry) != hash)
        {
            _problems.Add($"Record {sequence} is not what was written: its hash does not fit it and the one before.");
        }

        (_previous, _expected, _foundKnown) = (hash, sequence + 1, _foundKnown || hash == _knownHash);
    }

    /// <summary>Ends, with what the database itself says its last record is.</summary>
    private AuditVerification End(long lastSequence, string lastHash)
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

/// <summary>Some records as they stand in a database, and where it says that it ends.</summary>
/// <param name="Records">The records, the oldest first.</param>
/// <param name="LastSequence">The number of the record that the database was last written with.</param>
/// <param name="LastHash">That record's hash.</param>
internal sealed record AuditPage(IReadOnlyList<(long Sequence, string Entry, string Hash)> Records, long LastSequence, string LastHash)
{
    /// <summary>How many records a page has, but for the last one, which has fewer.</summary>
    public const int Size = 1000;
}
