using System.Globalization;
using System.Text;
using Theseus.Fleet;
using Theseus.Fleet.Wire;

namespace Theseus.Channels.Tests.Wire;

/// <summary>Whatever comes in, a reader gives a message that can be written again, or refuses it; nothing else, and in bounded memory.</summary>
public sealed class FuzzLaws
{
    private const int Rounds = 20_000;

    // What a reader may take beside the body: a text's characters are two bytes, and an entry of a list costs more than the two of its ','.
    private const int BytesPerByte = 64;
    private const int Beside = 1 << 20;

    public static TheoryData<string> Kinds => [.. s_forms.Keys];

    private static readonly Dictionary<string, Form> s_forms = new(StringComparer.Ordinal)
    {
        ["task"] = Of(WireFormat.Write(Sample.Task("node1")), WireFormat.ReadNodeTask, task => WireFormat.Write(task)),
        ["join"] = Of(WireFormat.Write(NodeTask.ToJoin("node1", "i1", 3)), WireFormat.ReadNodeTask, task => WireFormat.Write(task)),
        ["report"] = Of(WireFormat.Write(Sample.Report("node1")), WireFormat.ReadNodeReport, report => WireFormat.Write(report)),
        ["assignments"] = Of(WireFormat.Write(Sample.Batch("node1", "a", "b"))[0], WireFormat.ReadAssignments, batch => WireFormat.Write(batch)),
        ["answers"] = Of(WireFormat.Write(Sample.Answers("node1", "a", "b"))[0], WireFormat.ReadAnswers, answers => WireFormat.Write(answers)),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AMessageThatWasChangedAtRandomIsReadOrRefused(string kind)
    {
        var form = s_forms[kind];
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < Rounds; seed++)
        {
            _ = Try(form, Changed(form.Good.Body.ToArray(), new Random(seed)), $"seed {seed}") ? read++ : refused++;
        }

        // Changes that break nothing are among them, and many that do.
        Assert.True(read > Rounds / 100 && refused > Rounds / 4, $"{read} read, {refused} refused");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void NoPartOfAMessageCanBeAnythingElse(string kind)
    {
        var form = s_forms[kind];
        var text = Encoding.UTF8.GetString(form.Good.Body.Span);
        string[] others =
        [
            "null", "true", "0", "-1", "1e400", "-1e400", "9223372036854775808", "99999999999999999999999999999999999999", "0.1", "\"\"", "\" \"", "\"x\"", "[]", "{}", "[null]", "[[]]", "[{}]", "{\"\":null}",
            "\"\\ud800\"", "\"9999999.00:00:00\"", "\"-00:00:01\"", "\"Activate\"", "\"activate, confirm\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999+14:00\"", "NaN", "\"NaN\"", "", "/**/", ",", "}",
            $"\"{new string('é', WireLimits.Name + 1)}\"", $"{new string('[', 40)}{new string(']', 40)}",
        ];
        var places = Values(text).ToList();
        Assert.NotEmpty(places);
        foreach (var (from, length) in places)
        {
            foreach (var other in others)
            {
                Try(form, Encoding.UTF8.GetBytes(string.Concat(text.AsSpan(0, from), other, text.AsSpan(from + length))), $"{other} at {from}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AMessageThatIsCutOffAnywhereIsRefused(string kind)
    {
        var form = s_forms[kind];
        for (var length = 0; length < form.Good.Body.Length; length++)
        {
            Assert.False(Try(form, form.Good.Body[..length].ToArray(), $"the first {length}"));
        }

        Assert.True(Try(form, form.Good.Body.ToArray(), "all of it"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AsMuchAsFitsIntoAMessageCostsBoundedMemory(string kind)
    {
        var form = s_forms[kind];
        var members = Encoding.UTF8.GetString(form.Good.Body.Span)[1..^1];
        foreach (var entry in new[] { "[", "{\"a\":", "null,", "{},", "[],", "\"\",", "0,", "\"\\u0041\",", "\"\":0," })
        {
            var much = new StringBuilder(WireLimits.Bytes).Insert(0, entry, (WireLimits.Bytes - members.Length - 100) / entry.Length).ToString();
            Try(form, Encoding.UTF8.GetBytes(much), entry);
            foreach (var member in new[] { "unknown", "labels", "taskKinds", "components", "assigned", "cancelled", "answers", "from" })
            {
                foreach (var (begin, end) in new[] { ("[", "]"), ("{", "}"), ("\"", "\"") })
                {
                    Try(form, Encoding.UTF8.GetBytes($"{{{members},\"{member}\":{begin}{much.TrimEnd(',')}{end}}}"), $"{member}: {begin}{entry}");
                }
            }
        }
    }

    [Fact]
    public void MembersThatAReaderDoesNotKnowArePassedOver()
    {
        var form = s_forms["task"];
        var more = $"{Encoding.UTF8.GetString(form.Good.Body.Span)[..^1]},\"later\":{{\"a\":[1,2,{{}}]}}}}";

        Assert.Equal(Sample.Task("node1"), WireFormat.ReadNodeTask(WireTypes.NodeTask, Encoding.UTF8.GetBytes(more)));
    }

    /// <summary>Reads; whether it was taken. What is taken can be written, and read again.</summary>
    private static bool Try(Form form, byte[] body, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            form.Read(form.Good.Type, body);
        }
        catch (WireFormatException refused)
        {
            Assert.InRange(refused.Faults.Count, 1, 100);
            // It goes to the log.
            Assert.InRange(refused.Message.Length, 1, 50_000);
            return false;
        }
        catch (Exception other)
        {
            Assert.Fail($"{what}: {other}");
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, ((long)body.Length * BytesPerByte) + Beside);
        }

        var again = form.Write(form.Read(form.Good.Type, body));
        form.Read(again.Type, again.Body.ToArray());
        return true;
    }

    /// <summary>Changes from one to a few places.</summary>
    private static byte[] Changed(byte[] body, Random random)
    {
        var bytes = body.ToList();
        for (var i = random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 60), bytes.Count - at)));
                    break;
                case 4:
                    bytes.Insert(at, "{}[]\",:0-eE.\\\0 "u8[random.Next(15)]);
                    break;
                case 5:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(random.NextInt64().ToString(CultureInfo.InvariantCulture)));
                    break;
                default:
                    (bytes[at], bytes[random.Next(bytes.Count)]) = (bytes[random.Next(bytes.Count)], bytes[at]);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Where values stand: after a ':', to the next ',' or end of what it is in. Not those that hold others, but those too that are within texts.</summary>
    private static IEnumerable<(int From, int Length)> Values(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == ':')
            {
                var end = text.IndexOfAny([',', '}', ']'], i + 1);
                yield return (i + 1, (end < 0 ? text.Length : end) - i - 1);
            }
        }
    }

    private static Form Of<T>(WireMessage good, Reads<T> read, Func<T, object> write)
        where T : notnull => new(good, (type, body) => read(type, body), value => write((T)value) switch
        {
            WireMessage one => one,
            IReadOnlyList<WireMessage> several => several[0],
            var other => throw new InvalidOperationException($"{other}"),
        });

    private delegate T Reads<out T>(string? type, ReadOnlySpan<byte> body);

    /// <summary>A kind of message: a good one, how it is read, and how it is written.</summary>
    private sealed record Form(WireMessage Good, Func<string?, byte[], object> Read, Func<object, WireMessage> Write);
}
