namespace Theseus.Storage;

/// <summary>What is wrong with the storage. The names are part of the API.</summary>
public enum StorageFault
{
    /// <summary>The disk is full.</summary>
    Full,

    /// <summary>Another process keeps the database locked.</summary>
    Locked,

    /// <summary>The database is damaged, or is no database of Theseus.</summary>
    Damaged,

    /// <summary>The database may not be read or written.</summary>
    NotPermitted,

    /// <summary>A newer Theseus has written the database.</summary>
    Newer,

    /// <summary>The database's server is not there, or does not answer in time.</summary>
    Unreachable,

    /// <summary>
    /// The connection was lost while a change was made final, and it could not be found out whether it was: look before it
    /// is asked for again. Every other fault means that nothing was done.
    /// </summary>
    OutcomeUnknown,

    /// <summary>The disk failed, or something else did that the detail names.</summary>
    Other,
}

/// <summary>The storage could not do what it was asked to. Nothing of it was done, but for <see cref="StorageFault.OutcomeUnknown"/>. The message says what to do.</summary>
public sealed class StorageException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="message">What is wrong and what to do, in words.</param>
    /// <param name="cause">The cause; null for none.</param>
    public StorageException(StorageFault fault, string message, Exception? cause = null)
        : base(message, cause) => Fault = fault;

    /// <summary>What is wrong.</summary>
    public StorageFault Fault { get; }
}
