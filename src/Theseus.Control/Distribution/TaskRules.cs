using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>Says all that is wrong with a task's request, at once.</summary>
internal static class TaskRules
{
    private const int LongestName = 100;
    private const int LongestText = 200;
    private static readonly TimeSpan s_longestDeadline = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_longestLife = TimeSpan.FromDays(30);

    /// <param name="request">The request.</param>
    /// <param name="at">Where it stands among others; empty for one by itself.</param>
    public static IEnumerable<string> Check(TaskRequest request, string at = "")
    {
        var placement = request.Placement;
        (bool Holds, string Fault)[] rules =
        [
            (request.Kind.Length is >= 1 and <= LongestName && request.Kind.All(IsOfKind), $"The kind has to have 1 to {LongestName} of letters, digits and . _ - / :"),
            (request.Payload.Length <= Assignment.LargestPayload, $"The payload has {request.Payload.Length} characters, and may have {Assignment.LargestPayload}. Put what is larger elsewhere, and its address into the payload."),
            (request.Priority is >= -1000 and <= 1000, "The priority has to be from -1000 to 1000."),
            (request.Deadline > TimeSpan.Zero && request.Deadline <= s_longestDeadline, "The deadline has to be above zero, and at most a day."),
            (request.ExpiresAfter > TimeSpan.Zero && request.ExpiresAfter <= s_longestLife, "The time after which it expires has to be above zero, and at most 30 days."),
            (request.MostAttempts is >= 1 and <= 100, "The most attempts have to be from 1 to 100."),
            (request.Backoff.First >= TimeSpan.Zero && request.Backoff.Longest >= request.Backoff.First && request.Backoff.Longest <= s_longestDeadline, "The backoff has to begin at zero or above, and its longest has to be that or more, and at most a day."),
            (placement.Nodes.Count <= 100 && placement.Nodes.All(IsText), $"There may be 100 nodes at most, each name with 1 to {LongestText} characters."),
            (placement.Nodes.Distinct(StringComparer.Ordinal).Count() == placement.Nodes.Count, "A node is named twice."),
            (placement.Labels.Count <= 20 && placement.Labels.All(label => IsText(label.Key) && label.Value.Length <= LongestText), $"There may be 20 labels at most, each name and value with at most {LongestText} characters."),
            (placement.SpreadGroup.Length <= LongestName, $"The group to spread may have {LongestName} characters."),
            (IsText(request.RequestedBy), $"Who asks has to be said, with 1 to {LongestText} characters."),
            (request.Key is null || IsText(request.Key), $"The key has to have 1 to {LongestText} characters."),
        ];
        return rules.Where(rule => !rule.Holds).Select(rule => at.Length > 0 ? $"{at}: {rule.Fault}" : rule.Fault);
    }

    private static bool IsOfKind(char one) => char.IsAsciiLetterOrDigit(one) || one is '.' or '_' or '-' or '/' or ':';

    private static bool IsText(string text) => text.Length is >= 1 and <= LongestText;
}
