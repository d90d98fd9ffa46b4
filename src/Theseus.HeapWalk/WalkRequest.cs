using System.Globalization;

namespace Theseus.HeapWalk;

/// <summary>What to look for, and where.</summary>
/// <param name="ProcessId">The host.</param>
/// <param name="LoadContext">The name of the generation's load context.</param>
/// <param name="EntryType">The full name of the component's class: of a resident generation its instances are looked for.</param>
/// <param name="Deadline">After it the walk is ended, and the host goes on.</param>
internal sealed record WalkRequest(int ProcessId, string LoadContext, string EntryType, TimeSpan Deadline)
{
    public static WalkRequest? Parse(ReadOnlySpan<string> arguments) =>
        arguments is [var process, var context, var entry, var milliseconds]
            && int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && int.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var deadline)
            ? new WalkRequest(id, context, entry, TimeSpan.FromMilliseconds(deadline))
            : null;

    public string[] ToArguments() =>
    [
        ProcessId.ToString(CultureInfo.InvariantCulture),
        LoadContext,
        EntryType,
        ((int)Deadline.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
    ];
}
