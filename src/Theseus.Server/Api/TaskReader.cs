using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Server.Api;

/// <summary>Reads the request of a task out of a body. What its values may be is the distributor's to say.</summary>
internal static class TaskReader
{
    public static TaskRequest Read(JsonBody body, string requestedBy)
    {
        var request = new TaskRequest { Kind = body.Text("kind", isRequired: true) ?? "", RequestedBy = requestedBy };
        var first = body.Seconds("backoffFirstSeconds") ?? request.Backoff.First;
        var longest = body.Seconds("backoffLongestSeconds") ?? (request.Backoff.Longest > first ? request.Backoff.Longest : first);
        return request with
        {
            Payload = body.Text("payload", longest: Assignment.LargestPayload) ?? "",
            Priority = body.Whole("priority") ?? 0,
            Deadline = body.Seconds("deadlineSeconds") ?? request.Deadline,
            ExpiresAfter = body.Seconds("expiresAfterSeconds") ?? request.ExpiresAfter,
            MostAttempts = body.Whole("mostAttempts") ?? request.MostAttempts,
            Backoff = new TaskBackoff(first, longest),
            Placement = new TaskPlacement
            {
                Nodes = body.Texts("nodes"),
                // In one order, so that the same labels make the same request.
                Labels = new SortedDictionary<string, string>((body.TextsByName("labels") ?? new Dictionary<string, string>()).ToDictionary(), StringComparer.Ordinal),
                SpreadGroup = body.Text("spreadGroup") ?? "",
                WhenGone = body.Name<WhenNodesAreGone>("whenGone") ?? WhenNodesAreGone.Wait,
            },
        };
    }
}
