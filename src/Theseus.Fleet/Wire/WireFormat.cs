using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Theseus.Fleet.Wire;

/// <summary>
/// Writes what nodes and the control plane say to each other, and reads it. Members that a reader does not know are passed
/// over; what it does know is checked, and all that is wrong is told at once. Thread-safe.
/// </summary>
public static class WireFormat
{
    /// <summary>Writes a task.</summary>
    /// <param name="task">The task.</param>
    /// <exception cref="WireFormatException">It could not be read again: something in it is larger than <see cref="WireLimits"/> has it.</exception>
    public static WireMessage Write(NodeTask task) => Write(WireTypes.NodeTask, task, WireJson.Compact.NodeTask, WireRules.Check);

    /// <summary>
    /// Writes a report. Long texts are shortened, and of what there is too much the oldest is left out. Where it is too large all
    /// the same, it goes without the readings of components' own instruments, then without their calls too: first without those of
    /// components that nothing is on trial of.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <exception cref="WireFormatException">It could not be read again: something in it is larger than <see cref="WireLimits"/> has it.</exception>
    public static WireMessage Write(NodeReport report)
    {
        var trimmed = WireTrimming.Of(report);
        Check(WireTypes.NodeReport, trimmed, WireRules.Check);
        var without = WireTrimming.WithoutInstruments(trimmed);
        NodeReport[] tries = [trimmed, without, WireTrimming.WithoutCalls(without, ofTrials: false), WireTrimming.WithoutCalls(without, ofTrials: true)];
        var bodies = tries.Select(one => JsonSerializer.SerializeToUtf8Bytes(one, WireJson.Compact.NodeReport));
        // The last one where none fits, for its size is what cannot be helped.
        var body = bodies.Select((bytes, place) => (Bytes: bytes, IsLast: place == tries.Length - 1)).First(one => one.Bytes.Length <= WireLimits.Bytes || one.IsLast).Bytes;
        return body.Length <= WireLimits.Bytes ? new WireMessage(WireTypes.NodeReport, body) : throw TooLarge(WireTypes.NodeReport, body.Length);
    }

    /// <summary>Writes assignments, in as many messages as they need.</summary>
    /// <param name="batch">The assignments.</param>
    /// <exception cref="WireFormatException">They could not be read again: something in them is larger than <see cref="WireLimits"/> has it.</exception>
    public static IReadOnlyList<WireMessage> Write(AssignmentBatch batch) =>
        WriteSplit(WireTypes.Assignments, batch, WireJson.Compact.AssignmentBatch, WireRules.Check, static whole =>
            whole.Assigned.Count > 1 ? (whole with { Assigned = [.. whole.Assigned.Take(whole.Assigned.Count / 2)] }, whole with { Assigned = [.. whole.Assigned.Skip(whole.Assigned.Count / 2)], Cancelled = [] })
            : whole.Assigned.Count == 1 && whole.Cancelled.Count > 0 ? (whole with { Assigned = [] }, whole with { Cancelled = [] })
            : null);

    /// <summary>Writes answers, in as many messages as they need. Long details are shortened.</summary>
    /// <param name="answers">The answers.</param>
    /// <exception cref="WireFormatException">They could not be read again: something in them is larger than <see cref="WireLimits"/> has it.</exception>
    public static IReadOnlyList<WireMessage> Write(AssignmentAnswers answers) =>
        WriteSplit(WireTypes.Answers, WireTrimming.Of(answers), WireJson.Compact.AssignmentAnswers, WireRules.Check, static whole =>
            whole.Answers.Count > 1 ? (whole with { Answers = [.. whole.Answers.Take(whole.Answers.Count / 2)] }, whole with { Answers = [.. whole.Answers.Skip(whole.Answers.Count / 2)] })
            : null);

    /// <summary>Reads a task.</summary>
    /// <param name="type">The message's type; null for none.</param>
    /// <param name="body">Its body, which is not kept.</param>
    /// <exception cref="WireFormatException">It cannot be taken.</exception>
    public static NodeTask ReadNodeTask(string? type, ReadOnlySpan<byte> body) => Read(WireTypes.NodeTask, type, body, WireJson.Compact.NodeTask, WireRules.Check);

    /// <summary>Reads a report.</summary>
    /// <param name="type">The message's type; null for none.</param>
    /// <param name="body">Its body, which is not kept.</param>
    /// <exception cref="WireFormatException">It cannot be taken.</exception>
    public static NodeReport ReadNodeReport(string? type, ReadOnlySpan<byte> body) => Read(WireTypes.NodeReport, type, body, WireJson.Compact.NodeReport, WireRules.Check);

    /// <summary>Reads assignments.</summary>
    /// <param name="type">The message's type; null for none.</param>
    /// <param name="body">Its body, which is not kept.</param>
    /// <exception cref="WireFormatException">They cannot be taken.</exception>
    public static AssignmentBatch ReadAssignments(string? type, ReadOnlySpan<byte> body) => Read(WireTypes.Assignments, type, body, WireJson.Compact.AssignmentBatch, WireRules.Check);

    /// <summary>Reads answers.</summary>
    /// <param name="type">The message's type; null for none.</param>
    /// <param name="body">Its body, which is not kept.</param>
    /// <exception cref="WireFormatException">They cannot be taken.</exception>
    public static AssignmentAnswers ReadAnswers(string? type, ReadOnlySpan<byte> body) => Read(WireTypes.Answers, type, body, WireJson.Compact.AssignmentAnswers, WireRules.Check);

    private static WireMessage Write<T>(string type, T value, JsonTypeInfo<T> form, Action<WireFaults, T> check)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        Check(type, value, check);
        var body = JsonSerializer.SerializeToUtf8Bytes(value, form);
        return body.Length <= WireLimits.Bytes ? new WireMessage(type, body) : throw TooLarge(type, body.Length);
    }

    private static List<WireMessage> WriteSplit<T>(string type, T value, JsonTypeInfo<T> form, Action<WireFaults, T> check, Func<T, (T First, T Second)?> split)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value);
        Check(type, value, check);
        var messages = new List<WireMessage>(1);
        Add(value);
        return messages;

        void Add(T part)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(part, form);
            if (body.Length <= WireLimits.Bytes)
            {
                messages.Add(new WireMessage(type, body));
            }
            else
            {
                var (first, second) = split(part) ?? throw TooLarge(type, body.Length);
                Add(first);
                Add(second);
            }
        }
    }

    private static T Read<T>(string known, string? type, ReadOnlySpan<byte> body, JsonTypeInfo<T> form, Action<WireFaults, T> check)
        where T : class
    {
        if (type != known)
        {
            throw new WireFormatException(type, [$"Here '{known}' is read; another type or version is not known."]);
        }

        if (body.Length > WireLimits.Bytes)
        {
            throw TooLarge(type, body.Length);
        }

        T? value;
        try
        {
            value = JsonSerializer.Deserialize(body, form);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or NotSupportedException or FormatException or ArgumentException or OverflowException)
        {
            throw new WireFormatException(type, [$"It is not what its type says: {Shortened.To(failure.Message, WireLimits.Name)}"], failure);
        }

        if (value is null)
        {
            throw new WireFormatException(type, ["It is not what its type says: there is nothing in it."]);
        }

        Check(type, value, check);
        return value;
    }

    private static void Check<T>(string type, T value, Action<WireFaults, T> check)
    {
        var faults = new WireFaults();
        check(faults, value);
        if (faults.All.Count > 0)
        {
            throw new WireFormatException(type, faults.All);
        }
    }

    private static WireFormatException TooLarge(string type, int bytes) => new(type, [$"It has {bytes} bytes; {WireLimits.Bytes} are allowed."]);
}
