namespace Theseus.Storage;

/// <summary>What is wrong with the storage. The names are part of the API.</summary>
public enum StorageFault
{
    /// <summary>The disk is full.</summary>
    Full,

    /// <summary>Another process keeps the database locked.</summary>
    Locked,

    /// <summary>The file is damaged, or is no database.</summary>
    Damaged,

    /// <summary>The file may not be read or written.</summary>
    NotPermitted,

    /// <summary>A newer Theseus has written the database.</summary>
    Newer,

    /// <summary>The disk failed, or something else did that the detail names.</summary>
    Other,
}

/// <summary>The storage could not do what it was asked to. Nothing of it was done. The message says what to do.</summary>
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
