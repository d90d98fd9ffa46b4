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

    /// <summary>Makes a key of a value: of its UTF-16 text, by FNV-1a with a final avalanche (MurmurHash3's fmix64). Null gives no key.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value.</param>
    public static RoutingKey From<T>(T value)
    {
        var text = value as string ?? value?.ToString();
        if (text is null)
        {
            return default;
        }

        var hash = 14695981039346656037UL;
        foreach (var unit in text)
        {
            hash = (hash ^ unit) * 1099511628211UL;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return new(hash ^ (hash >> 33));
    }

    /// <summary>Where the key lies, evenly spread: from 0 to below 1. Salted, so that different components split differently.</summary>
    /// <param name="salt">Anything fixed for the duration of a split.</param>
    internal double Position(ulong salt)
    {
        var mixed = (_hash ^ salt) * 0x9e3779b97f4a7c15UL;
        mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93UL;
        return (mixed >> 11) * (1.0 / (1UL << 53));
    }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append(HasValue ? _hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture) : "none");
        return true;
    }
}
