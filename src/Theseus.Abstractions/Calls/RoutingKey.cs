using System.Globalization;
using System.Text;

namespace Theseus.Calls;

/// <summary>
/// What makes calls stick to one side while traffic is split: a stable 64-bit hash, the same in every process. The
/// default value means 'no key'.
/// </summary>
public readonly record struct RoutingKey
{
    private static readonly AsyncLocal<RoutingKey> s_current = new();

    private readonly ulong _hash;

    private RoutingKey(ulong hash) => _hash = hash == 0 ? 1 : hash;

    /// <summary>Whether there is a key.</summary>
    public bool HasValue => _hash != 0;

    /// <summary>
    /// The key for calls that have none of their own, in the current asynchronous flow: set it where a request enters
    /// the host, to the tenant's or the user's name.
    /// </summary>
    public static RoutingKey Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    /// <summary>
    /// Makes a key of a value: of its UTF-16 text, the culture-free one where there is a choice, by FNV-1a with a final
    /// avalanche. Null gives no key.
    /// </summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value.</param>
    public static RoutingKey From<T>(T value)
    {
        var text = value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value?.ToString();
        if (text is null)
        {
            return default;
        }

        var hash = 14695981039346656037UL;
        foreach (var unit in text)
        {
            hash = (hash ^ unit) * 1099511628211UL;
        }

        return new(Avalanche(hash));
    }

    /// <summary>Where the key lies, evenly spread: from 0 to below 1. Salted, so that different components split differently.</summary>
    /// <param name="salt">Anything fixed for the duration of a split.</param>
    internal double Position(ulong salt) => (Avalanche(_hash ^ Avalanche(salt)) >> 11) * (1.0 / (1UL << 53));

    // MurmurHash3's fmix64 (Appleby, 2011): every bit of the input changes every bit of the output with a chance of a half.
    private static ulong Avalanche(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return hash ^ (hash >> 33);
    }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(HasValue ? _hash.ToString("x16", CultureInfo.InvariantCulture) : "none");
        return true;
    }
}
