using System.Net;
using System.Text.Json.Nodes;

namespace Theseus.Chaos.Tests;

/// <summary>Somebody who has tasks done all the while: each that was taken on is done in the end, once as far as anyone can see, whichever control plane is asked.</summary>
internal sealed class AskedTasks(ProcessFleet fleet, int seed) : IDisposable
{
    private const int Many = 12;
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    private readonly FleetCalls _calls = new(fleet, new Random(seed));
    private readonly Dictionary<string, string> _asked = new(StringComparer.Ordinal);

    public void Dispose() => _calls.Dispose();

    /// <summary>Asks for one after another.</summary>
    public async Task AskAsync(string about)
    {
        for (var i = 1; i <= Many; i++)
        {
            // What dies may die several times with the same task.
            var body = new JsonObject { ["kind"] = "shout", ["payload"] = $"{about} task {i}", ["deadlineSeconds"] = 5, ["mostAttempts"] = 100, ["backoffLongestSeconds"] = 2 };
            var (status, task) = await _calls.AskAsync(HttpMethod.Post, "tasks", body, key: $"{about} {i}".Replace(' ', '-'));
            if (status == HttpStatusCode.Conflict)
            {
                // A control plane that has just started again has not heard of any node: nothing was taken on.
                Assert.Equal("no-nodes", task!["code"]!.GetValue<string>());
            }
            else
            {
                Assert.Equal(HttpStatusCode.Accepted, status);
                _asked.Add(task!["id"]!.GetValue<string>(), $"{about} task {i}".ToUpperInvariant());
            }

            await Task.Delay(s_pause, TimeProvider.System);
        }
    }

    /// <summary>Waits until all that were taken on are done.</summary>
    public async Task CheckAsync()
    {
        Assert.NotEmpty(_asked);
        foreach (var control in ProcessFleet.ControlPlanes)
        {
            foreach (var (id, result) in _asked)
            {
                Assert.Equal(("Completed", result), await EndOfAsync(control, id));
            }
        }
    }

    private async Task<(string State, string? Result)> EndOfAsync(string control, string id)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (status, task) = await _calls.AskAsync(control, $"tasks/{id}");
            Assert.Equal(HttpStatusCode.OK, status);
            if (task!["state"]!.GetValue<string>() is var state and not ("Queued" or "Assigned"))
            {
                return (state, task["result"]?.GetValue<string>());
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < s_longest, $"It was not done: {task}");
            await Task.Delay(s_look, TimeProvider.System);
        }
    }
}
