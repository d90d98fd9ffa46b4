using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>
/// Sends nodes what they have to be told, and tells it again while they do not report it done: each time after twice as
/// long, up to half a minute. Remembers nothing that matters: after a restart everything is told once more. Owned by one
/// loop; not thread-safe.
/// </summary>
internal sealed class TaskSender(IFleetChannel channel, TimeProvider time, NodeTaskTally? tally = null)
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(string Task, string Node), (DateTimeOffset Again, TimeSpan Pause)> _sent = [];

    public async ValueTask SendAsync(IReadOnlyList<NodeTask> tasks, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var task in tasks)
        {
            var pause = s_first;
            if (_sent.TryGetValue((task.Id, task.Node), out var before))
            {
                if (now < before.Again)
                {
                    continue;
                }

                pause = before.Pause * 2 < s_longest ? before.Pause * 2 : s_longest;
            }

            _sent[(task.Id, task.Node)] = (now + pause, pause);
            tally?.NoteSent(task);
            await channel.SendAsync(task, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets what a node was sent: it was started anew, and does not know of it.</summary>
    public void ForgetNode(string node)
    {
        foreach (var key in _sent.Keys.Where(key => key.Node == node).ToList())
        {
            _sent.Remove(key);
        }
    }

    /// <summary>Forgets what was sent for an upgrade: it took a turn, or ended.</summary>
    public void Forget(string upgrade)
    {
        tally?.Forget(upgrade);
        foreach (var key in _sent.Keys.Where(key => key.Task.StartsWith(upgrade + "/", StringComparison.Ordinal)).ToList())
        {
            _sent.Remove(key);
        }
    }
}
