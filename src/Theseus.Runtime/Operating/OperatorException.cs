namespace Theseus.Runtime.Operating;

/// <summary>Why a host did not do what an operator asked for.</summary>
public enum OperatorProblemCode
{
    /// <summary>No host runs with that data folder, or it does not answer.</summary>
    HostUnreachable,

    /// <summary>The host and the client are of versions that do not understand each other.</summary>
    VersionNotSpoken,

    /// <summary>The request is incomplete, too long, or not a request at all.</summary>
    BadRequest,

    /// <summary>The host has no such component or generation.</summary>
    NotFound,

    /// <summary>What the host remembers of the component cannot be read.</summary>
    MemoryDamaged,

    /// <summary>The host is stopping.</summary>
    HostStopping,

    /// <summary>An error inside the host; its log has more.</summary>
    InternalError,
}

/// <summary>A host did not do what an operator asked for. The message says why, and what to do.</summary>
public sealed class OperatorException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="code">The reason.</param>
    /// <param name="message">The same in words.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public OperatorException(OperatorProblemCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>The reason.</summary>
    public OperatorProblemCode Code { get; }
}
