using System.Text.Json.Serialization;

namespace Theseus.Control.Audit;

/// <summary>One record of the audit, as it was written.</summary>
/// <param name="Sequence">Its number, from 1, without gaps.</param>
/// <param name="Entry">What it says.</param>
/// <param name="Hash">The hash over it and the record before it, in lower-case hexadecimal.</param>
public sealed record AuditRecord(long Sequence, AuditEntry Entry, string Hash);

/// <summary>What came of verifying the audit.</summary>
/// <param name="Records">How many records there are.</param>
/// <param name="Hash">The newest one's hash: kept elsewhere, it shows whether the chain was ever written anew.</param>
/// <param name="Problems">All that is wrong; empty when nothing is.</param>
public sealed record AuditVerification(long Records, string Hash, IReadOnlyList<string> Problems);

/// <summary>The record of all that was changed, by whom and why. Only ever appended to, by the changes themselves. Thread-safe.</summary>
public interface IAuditLog
{
    /// <summary>The newest records, the newest first.</summary>
    /// <param name="before">Only those with a lower number; null for the newest of all.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="subject">Only those of one subject; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<AuditRecord>> ReadAsync(long? before, int count, string? subject, CancellationToken cancellationToken);

    /// <summary>The records after one, the oldest first: for whoever follows along.</summary>
    /// <param name="sequence">The number of the last one that is known; 0 for none.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<AuditRecord>> ReadAfterAsync(long sequence, int count, CancellationToken cancellationToken);

    /// <summary>Looks for records that were changed, removed, added or put elsewhere.</summary>
    /// <param name="knownHash">A hash that was taken earlier and kept elsewhere; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<AuditVerification> VerifyAsync(string? knownHash, CancellationToken cancellationToken);
}

/// <summary>How audit records are written as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(IReadOnlyList<AuditRecord>))]
[JsonSerializable(typeof(AuditVerification))]
public sealed partial class AuditJson : JsonSerializerContext;
