using System.Collections.Frozen;
using System.Globalization;

namespace Theseus.Runtime.Metrics;

/// <summary>What the measurements with one set of tags came to. Holds texts alone, nothing of the component. Lock-free, thread-safe.</summary>
/// <remarks>
/// Each figure is right by itself. A reader that comes between two writes of one measurement may find it in one figure and
/// not yet in another, which the next reading makes good.
/// </remarks>
internal sealed class InstrumentSeries
{
    /// <summary>Measurements with more tags than this are not told apart.</summary>
    public const int MostTags = 8;

    private readonly KeyValuePair<string, string>[] _tags;
    private long _count;
    private double _sum;
    private double _last;
    private double _least = double.MaxValue;
    private double _greatest = double.MinValue;

    public InstrumentSeries(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        _tags = new KeyValuePair<string, string>[tags.Length];
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var index = 0; index < tags.Length; index++)
        {
            _tags[index] = new(TagText.Short(tags[index].Key), TagText.Of(tags[index].Value));
            // Of two tags with one name the last counts, as for the framework's own readers.
            named[_tags[index].Key] = _tags[index].Value;
        }

        Tags = named.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IReadOnlyDictionary<string, string> Tags { get; }

    public long Count => Interlocked.Read(ref _count);

    // More than a number can hold is told as the greatest that there is.
    public double Sum => Math.Clamp(Volatile.Read(ref _sum), double.MinValue, double.MaxValue);

    public double Last => Volatile.Read(ref _last);

    public double Least => Count > 0 ? Volatile.Read(ref _least) : 0;

    public double Greatest => Count > 0 ? Volatile.Read(ref _greatest) : 0;

    /// <summary>Whether a measurement's tags are these, in this order.</summary>
    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length)
        {
            return false;
        }

        for (var index = 0; index < tags.Length; index++)
        {
            if (!TagText.IsShort(_tags[index].Key, tags[index].Key) || !TagText.Is(_tags[index].Value, tags[index].Value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes a measurement.</summary>
    /// <param name="value">The value.</param>
    /// <param name="isTotal">Whether it is the sum of all so far, rather than to be added.</param>
    public void Add(double value, bool isTotal)
    {
        Update(ref _least, value, static (held, now) => Math.Min(held, now));
        Update(ref _greatest, value, static (held, now) => Math.Max(held, now));
        Update(ref _sum, value, isTotal ? static (_, now) => now : static (held, now) => held + now);
        Volatile.Write(ref _last, value);
        // The last one: whoever sees it counted sees it in the others.
        Interlocked.Increment(ref _count);
    }

    private static void Update(ref double place, double value, Func<double, double, double> next)
    {
        var held = Volatile.Read(ref place);
        while (true)
        {
            var wanted = next(held, value);
            var found = Interlocked.CompareExchange(ref place, wanted, held);
            // By their bits, as the exchange compares: a sum may come to be no number, which is unlike itself.
            if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(held))
            {
                return;
            }

            held = found;
        }
    }
}

/// <summary>Tags as texts of bounded length.</summary>
internal static class TagText
{
    private const int Longest = 128;
    private const int LongestNumber = 64;

    /// <summary>A text, shortened where it is longer than is kept.</summary>
    public static string Short(string text) => text.Length <= Longest ? text : text[..Longest];

    /// <summary>Whether a text is, shortened, the one that is kept.</summary>
    public static bool IsShort(string kept, string text) =>
        text.Length <= Longest ? string.Equals(kept, text, StringComparison.Ordinal) : text.AsSpan(0, Longest).SequenceEqual(kept);

    /// <summary>A tag's value as a text. It may be of a class of the component's, whose code runs then.</summary>
    public static string Of(object? value)
    {
        try
        {
            return Short(value is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : value?.ToString() ?? "");
        }
        catch (Exception failure)
        {
            return failure.GetType().Name;
        }
    }

    /// <summary>Whether a tag's value is, as a text, the one that is kept.</summary>
    public static bool Is(string kept, object? value)
    {
        switch (value)
        {
            case string text:
                return IsShort(kept, text);
            case bool truth:
                return kept == (truth ? bool.TrueString : bool.FalseString);
            case ISpanFormattable number and (int or long or short or byte or uint or ulong or ushort or sbyte or double or float or decimal):
                Span<char> written = stackalloc char[LongestNumber];
                return number.TryFormat(written, out var length, default, CultureInfo.InvariantCulture) && written[..length].SequenceEqual(kept);
            default:
                return kept == Of(value);
        }
    }
}
