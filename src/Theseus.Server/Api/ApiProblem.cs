namespace Theseus.Server;

/// <summary>What every error is answered with, as <c>application/problem+json</c> (RFC 9457). Immutable.</summary>
public sealed record ApiProblem
{
    /// <summary>The class of the error as an address: <c>urn:theseus:error:</c> and the code.</summary>
    public string Type { get; init; } = "";

    /// <summary>The class of the error, for people.</summary>
    public string Title { get; init; } = "";

    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>The class of the error, by its name in <see cref="ErrorCode"/>.</summary>
    public string Code { get; init; } = "";

    /// <summary>What is wrong here, and what to do.</summary>
    public string Detail { get; init; } = "";

    /// <summary>All that is wrong; never empty.</summary>
    public IReadOnlyList<ApiFault> Errors { get; init; } = [];

    /// <summary>What the server's log has it under; null but for errors of the server itself.</summary>
    public string? TraceId { get; init; }
}

/// <summary>One thing that is wrong. Immutable.</summary>
/// <param name="At">Where: a member of the body like <c>targets[0].version</c>, a header, or a parameter of the query; empty for the request as a whole.</param>
/// <param name="Message">What is wrong, and what to write instead.</param>
public sealed record ApiFault(string At, string Message);
