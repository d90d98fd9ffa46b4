using System.Text.Json;
using System.Text.Json.Serialization;
using Theseus.Fleet.Metrics;

namespace Theseus.Fleet.Wire;

/// <summary>
/// Writes a sketch as a short text: for each bucket the distance to the one before and the count, seven bits to a byte with
/// the lowest first and the eighth bit set while more follow, all in base 64. Two or three bytes for most buckets. Thread-safe.
/// </summary>
public sealed class SketchForm : JsonConverter<LatencySketch>
{
    /// <summary>What the text of a sketch has at the most, in bytes before base 64: each bucket at most two and eight.</summary>
    private const int MostBytes = LatencyBuckets.Count * 10;

    private const int LongestNumber = 9;

    /// <inheritdoc/>
    public override LatencySketch Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetBytesFromBase64(out var bytes) || bytes.Length > MostBytes)
        {
            throw new JsonException($"A sketch is a text of base 64, of at most {MostBytes} bytes.");
        }

        return Read(bytes);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LatencySketch value, JsonSerializerOptions options)
    {
        Span<byte> bytes = stackalloc byte[MostBytes];
        writer.WriteBase64StringValue(bytes[..Write(value, bytes)]);
    }

    private static LatencySketch Read(ReadOnlySpan<byte> bytes)
    {
        var buckets = new List<LatencyBucket>();
        var index = -1L;
        while (bytes.Length > 0)
        {
            // Two numbers of at most 63 bits; an index that overflows is negative, and refused as such.
            index = unchecked(index + 1 + Number(ref bytes));
            buckets.Add(new(index is >= 0 and < LatencyBuckets.Count ? (int)index : -1, Number(ref bytes)));
        }

        return LatencySketch.FaultsOf(buckets) is { Count: > 0 } faults
            ? throw new JsonException(string.Join(" ", faults))
            : LatencySketch.FromBuckets(buckets);
    }

    private static int Write(LatencySketch sketch, Span<byte> bytes)
    {
        var (length, previous) = (0, -1);
        foreach (var (index, count) in sketch.Buckets)
        {
            length += Write(index - previous - 1, bytes[length..]);
            length += Write(count, bytes[length..]);
            previous = index;
        }

        return length;
    }

    private static long Number(ref ReadOnlySpan<byte> bytes)
    {
        long number = 0;
        for (var place = 0; place < Math.Min(LongestNumber, bytes.Length); place++)
        {
            number |= (long)(bytes[place] & 0x7F) << (7 * place);
            if (bytes[place] < 0x80)
            {
                bytes = bytes[(place + 1)..];
                return number;
            }
        }

        throw new JsonException("The text of a sketch ends within a number, or a number has more than 63 bits.");
    }

    private static int Write(long number, Span<byte> bytes)
    {
        var length = 0;
        for (; number >= 0x80; number >>= 7)
        {
            bytes[length++] = (byte)(number | 0x80);
        }

        bytes[length++] = (byte)number;
        return length;
    }
}
