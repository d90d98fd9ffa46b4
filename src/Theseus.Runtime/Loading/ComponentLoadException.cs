namespace Theseus.Runtime.Loading;

/// <summary>Why a release could not be loaded.</summary>
internal enum LoadFailure
{
    /// <summary>An assembly that it refers to is neither in the release nor shared by the host.</summary>
    MissingAssembly,

    /// <summary>A native library that it calls is neither in the release nor known to the system.</summary>
    MissingNativeLibrary,

    /// <summary>An assembly that the manifest says is shared is not there in the host, or is too old.</summary>
    SharedAssemblyMissing,

    /// <summary>The entry type is not in the entry assembly, or cannot be constructed.</summary>
    EntryTypeNotFound,

    /// <summary>The entry type does not implement the contract.</summary>
    ContractNotImplemented,

    /// <summary>The release does not work with the host's version of the contract.</summary>
    ContractVersionMismatch,

    /// <summary>A type or method that the code refers to is not there in the version of the assembly that was loaded.</summary>
    MissingMember,

    /// <summary>A file is not a .NET assembly, or not one for this machine.</summary>
    BadImage,

    /// <summary>A file is not the one that was verified: it was changed, or went, in the host's store since.</summary>
    FileChanged,

    /// <summary>The component's <c>ConfigureServices</c> threw.</summary>
    ConfigureServicesThrew,

    /// <summary>A constructor asks for a service that the generation's container does not have.</summary>
    ServiceNotRegistered,

    /// <summary>A constructor threw.</summary>
    ConstructorThrew,
}

/// <summary>A release could not be loaded. Nothing of it runs.</summary>
/// <param name="reason">Why.</param>
/// <param name="detail">What exactly, in words for an operator.</param>
/// <param name="inner">The cause; a <see cref="DetachedException"/> where the component's code threw it.</param>
internal sealed class ComponentLoadException(LoadFailure reason, string detail, Exception? inner = null) : Exception(detail, inner)
{
    /// <summary>Why.</summary>
    public LoadFailure Reason { get; } = reason;

    /// <summary>What exactly, in words for an operator.</summary>
    public string Detail { get; } = detail;

    /// <summary>What was loaded before it failed, to be watched until it is gone; null if nothing was.</summary>
    public GenerationHandle? Remains { get; init; }
}
