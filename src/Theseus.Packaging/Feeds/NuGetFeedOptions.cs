using System.Net.Http.Headers;

namespace Theseus.Packaging;

/// <summary>How a <see cref="NuGetFeed"/> behaves. Immutable.</summary>
public sealed record NuGetFeedOptions
{
    /// <summary>How long an answer may be silent, before its first byte and between later ones: 30 seconds by default. A silent request is tried again.</summary>
    public TimeSpan SilenceTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(30);

    /// <summary>How long a listing or a download may take in all, tries and pauses included: 5 minutes by default.</summary>
    public TimeSpan OverallTimeout { get; init => field = Positive(value); } = TimeSpan.FromMinutes(5);

    /// <summary>How often a request is made before the feed counts as unavailable: 4 times by default.</summary>
    public int MaxAttempts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 4;

    /// <summary>The pause before the second try: half a second by default. Each further pause is twice as long, less up to half of it, by chance.</summary>
    public TimeSpan FirstPause { get; init => field = Positive(value); } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause, unless the feed asks for a longer one: 30 seconds by default.</summary>
    public TimeSpan MaxPause { get; init => field = Positive(value); } = TimeSpan.FromSeconds(30);

    /// <summary>How large packages may be.</summary>
    public PackageLimits Limits { get; init; } = PackageLimits.Default;

    /// <summary>
    /// Gives the credentials for a request to an address, or null for none. It is asked for every request, and only
    /// for encrypted or loopback addresses; the feed's service index may name addresses on other hosts, so look at the
    /// address. What it gives is neither kept nor logged.
    /// </summary>
    public Func<Uri, CancellationToken, ValueTask<AuthenticationHeaderValue?>>? Credentials { get; init; }

    private static TimeSpan Positive(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
        return value;
    }
}
