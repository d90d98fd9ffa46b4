namespace Theseus.Control;

/// <summary>
/// What a request is known again by, for whoever may have to ask twice. Two askers' keys have nothing to do with each
/// other, nor have two kinds of request. Immutable.
/// </summary>
/// <param name="Kind">What kind of request it is.</param>
/// <param name="Who">Who asks.</param>
/// <param name="Key">The asker's own name for the request.</param>
/// <param name="Request">What is asked for, in full: the same key with another of it is refused. Kept as a digest alone.</param>
public sealed record RequestKey(string Kind, string Who, string Key, string Request);

/// <summary>A key was given to another request before; nothing was done.</summary>
public sealed class RequestKeyReusedException(string key) : Exception($"The key '{key}' was given to another request. Take a new key for a new request.");
