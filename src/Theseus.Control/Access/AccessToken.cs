namespace Theseus.Control;

/// <summary>A token, as it is kept: never its secret, only the secret's hash. Immutable.</summary>
public sealed record AccessToken
{
    /// <summary>Its id: the part of the token that is no secret.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is: the name that what is done with it is put on record under.</summary>
    public required string Name { get; init; }

    /// <summary>What it allows.</summary>
    public required AccessRole Role { get; init; }

    /// <summary>The SHA-256 hash of its secret, in lower-case hexadecimal. A secret is 256 random bits, so that a slow hash would add nothing.</summary>
    public required string SecretHash { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When it was revoked; null while it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Whether it opens anything at a moment.</summary>
    /// <param name="now">The moment.</param>
    public bool IsValidAt(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || now < end);
}
