using System.Runtime.CompilerServices;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Testing;

namespace Theseus.Control.Tests.Driving;

/// <summary>What nodes have to be told is told again, ever more seldom, until it is done.</summary>
public sealed class SenderLaws
{
    private readonly ManualTimeProvider _time = new();
    private readonly Sent _sent = new();
    private readonly TaskSender _sender;

    public SenderLaws() => _sender = new(_sent, _time);

    private static NodeTask Task(string node = "node1", string upgrade = "u1") => new()
    {
        Id = $"{upgrade}/1/a/Prepare",
        Node = node,
        Kind = NodeTaskKind.Prepare,
        Component = "a",
        Upgrade = upgrade,
        Fence = 1,
        From = Scenes.Old,
        To = Scenes.New,
        Deadline = TimeSpan.FromSeconds(60),
    };

    [Fact]
    public async Task ItIsSentAgainAfterTwiceAsLongEachTimeUpToHalfAMinute()
    {
        var sentAt = new List<int>();
        for (var second = 0; second <= 150; second++)
        {
            await _sender.SendAsync([Task()], default);
            sentAt.AddRange(Enumerable.Repeat(second, _sent.TakeAll()));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 2, 6, 14, 30, 60, 90, 120, 150], sentAt);
    }

    [Fact]
    public async Task AProcessThatBeganAnewIsToldAtOnceAndNoOther()
    {
        await _sender.SendAsync([Task(), Task("node2")], default);
        _sent.TakeAll();

        _sender.ForgetNode("node2");
        await _sender.SendAsync([Task(), Task("node2")], default);

        Assert.Equal("node2", Assert.Single(_sent.Tasks).Node);
    }

    [Fact]
    public async Task AnUpgradeThatTurnedIsForgottenAndNoneWhoseNameBeginsLikeIt()
    {
        await _sender.SendAsync([Task(), Task(upgrade: "u11")], default);
        _sent.TakeAll();

        _sender.Forget("u1");
        await _sender.SendAsync([Task(), Task(upgrade: "u11")], default);

        Assert.Equal("u1", Assert.Single(_sent.Tasks).Upgrade);
    }

    private sealed class Sent : IFleetChannel
    {
        public List<NodeTask> Tasks { get; } = [];

        public int TakeAll()
        {
            var count = Tasks.Count;
            Tasks.Clear();
            return count;
        }

        public ValueTask SendAsync(NodeTask task, CancellationToken cancellationToken)
        {
            Tasks.Add(task);
            return ValueTask.CompletedTask;
        }

        public async IAsyncEnumerable<NodeReport> ReadReportsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await System.Threading.Tasks.Task.CompletedTask;
            yield break;
        }
    }
}
