namespace Theseus.Runtime;

/// <summary>What the host remembers cannot be used: its folder belongs to another host or cannot be made private, or a file is damaged. The message says what to do.</summary>
public sealed class HostMemoryException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="message">What is wrong with it, and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public HostMemoryException(string path, string message, Exception? innerException = null)
        : base(message, innerException) => Path = path;

    /// <summary>The file or folder.</summary>
    public string Path { get; }
}
