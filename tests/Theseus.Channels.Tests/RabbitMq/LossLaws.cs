using Theseus.Fleet;

namespace Theseus.Channels.Tests.RabbitMq;

/// <summary>The broker goes away, in all the ways that there are.</summary>
public sealed class LossLaws(OwnBroker broker) : IClassFixture<OwnBroker>
{
    private const int Away = 5002;
    private const int Lost = 5003;
    private const int Dropped = 5006;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ABrokerThatIsAwayAtTheStartStopsNobodyAndIsUsedWhenItComes()
    {
        await using var fleet = await broker.NewAsync();
        await fleet.Server.StopAsync();
        var (log, nodeLog) = (new Log(), new Log());
        var (control, node) = (fleet.Control(log), fleet.Node("node1", nodeLog));
        await using var reports = new Reading<NodeReport>(control.ReadReportsAsync);
        await using var tasks = new Reading<NodeTask>(node.ReadTasksAsync);
        await log.AwaitAsync(Away, "reading");
        await nodeLog.AwaitAsync(Away);

        await node.ReportAsync(Sample.Report("node1"), Token);
        await control.SendAsync(Sample.Task("node1"), Token);
        await control.SendAsync(Sample.Batch("node1", "a"), Token);
        await Assert.ThrowsAsync<ChannelUnavailableException>(() => node.AnswerAsync(Sample.Answers("node1", "a"), Token).AsTask());
        await nodeLog.AwaitAsync(Dropped);
        await log.AwaitAsync(Dropped);

        await fleet.Server.StartAsync();
        await fleet.ReadAsync(log, ".reports.");
        await fleet.ReadAsync(nodeLog, ".tasks.");
        await fleet.ConnectedAsync(log, "sending");
        await node.ReportAsync(Sample.Report("node1", 2), Token);
        await control.SendAsync(Sample.Task("node1", "t2"), Token);
        Assert.Equal(2, (await reports.NextAsync()).Sequence);
        Assert.Equal("t2", (await tasks.NextAsync()).Id);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task NoAnswerIsLostWhenTheBrokerRestarts(string signal)
    {
        await using var fleet = await broker.NewAsync();
        var control = await fleet.ReplicaAsync();
        var node = await fleet.NodeAsync("node1");
        await using var answers = await control.ReadAnswersAsync();
        var read = new HashSet<string>();
        using var over = new CancellationTokenSource();
        var answering = AnswerAsync(node.Assignments, over.Token);

        await ReadAsync(20);
        await fleet.Server.StopAsync(signal);
        await fleet.Server.StartAsync();
        await ReadAsync(20);
        await over.CancelAsync();
        var sent = await answering.InTimeAsync();
        // What was taken came, also what was sent while the broker went away.
        while (!read.IsSupersetOf(sent))
        {
            await ReadAsync(1);
        }

        async Task ReadAsync(int more)
        {
            var until = read.Count + more;
            while (read.Count < until && !(over.IsCancellationRequested && read.IsSupersetOf(answering.Result)))
            {
                read.UnionWith((await answers.NextAsync()).Select(AssignmentLaws.TaskOf));
            }
        }
    }

    [Fact]
    public async Task WhatWaitsForANodeOutlivesTheBrokersRestart()
    {
        await using var fleet = await broker.NewAsync();
        var control = await fleet.ReplicaAsync();
        var log = new Log();
        await using (var node = fleet.Node("node1", log))
        {
            await using var declared = new Reading<AssignmentBatch>(node.ReadAssignmentsAsync);
            await fleet.ReadAsync(log, ".assignments.");
        }

        await control.Assignments.SendAsync(Sample.Batch("node1", "a"), Token);
        await fleet.Server.StopAsync();
        await fleet.Server.StartAsync();

        await using var assignments = new Reading<AssignmentBatch>(fleet.Node("node1", new Log()).ReadAssignmentsAsync);
        Assert.Equal("a", Assert.Single((await assignments.NextAsync()).Assigned).Task);
    }

    [Fact]
    public async Task ABrokerThatStandsStillIsTakenForLostAndFoundAgain()
    {
        await using var fleet = await broker.NewAsync(options =>
        {
            options.Heartbeat = TimeSpan.FromSeconds(1);
            options.SendTimeout = TimeSpan.FromSeconds(2);
            options.ConnectTimeout = TimeSpan.FromSeconds(5);
        });
        var control = await fleet.ReplicaAsync();
        await using var answers = await control.ReadAnswersAsync();
        var node = await fleet.NodeAsync("node1");
        var log = fleet.Log;

        await fleet.Server.PauseAsync();
        try
        {
            await Assert.ThrowsAsync<ChannelUnavailableException>(() => node.Assignments.AnswerAsync(Sample.Answers("node1", "a"), Token).AsTask().InTimeAsync());
            await log.AwaitAsync(Lost);
        }
        finally
        {
            await fleet.Server.ResumeAsync();
        }

        await EventuallyAnswerAsync(node.Assignments, "b");
        var read = await answers.UntilAsync(all => all.Any(one => AssignmentLaws.TaskOf(one) == "b"));
        Assert.NotEmpty(read);
    }

    [Fact]
    public async Task ABrokerThatTakesNothingIsWaitedForUntilTheDeadlineAndThenUsedAgain()
    {
        await using var fleet = await broker.NewAsync(options => options.SendTimeout = TimeSpan.FromSeconds(3));
        var control = await fleet.ReplicaAsync();
        await using var answers = await control.ReadAnswersAsync();
        var node = await fleet.NodeAsync("node1");
        var log = fleet.Log;

        await fleet.Server.ControlAsync("set_vm_memory_high_watermark", "0.0000001");
        try
        {
            // The broker says so to who sends, as soon as it is sent something.
            for (var failed = 0; failed < 2;)
            {
                try
                {
                    await node.Assignments.AnswerAsync(Sample.Answers("node1", "a"), Token).AsTask().InTimeAsync();
                }
                catch (ChannelUnavailableException)
                {
                    failed++;
                }
            }

            await log.AwaitAsync(5004);
        }
        finally
        {
            await fleet.Server.ControlAsync("set_vm_memory_high_watermark", "0.4");
        }

        await log.AwaitAsync(5005);
        await EventuallyAnswerAsync(node.Assignments, "b");
        await answers.UntilAsync(all => all.Any(one => AssignmentLaws.TaskOf(one) == "b"));
    }

    [Fact]
    public async Task ConnectionsThatAreClosedByForceAreMadeAgain()
    {
        await using var fleet = await broker.NewAsync();
        var control = await fleet.ReplicaAsync();
        var controlLog = fleet.Log;
        await using var reports = await control.ReadReportsAsync();
        var node = await fleet.NodeAsync("node1");
        var log = fleet.Log;
        await using var tasks = await node.ReadTasksAsync();

        await fleet.Server.ControlAsync("close_all_connections", "-p", fleet.Host.Name, "A test closes them.");
        await fleet.ReadAsync(log, ".tasks.", 2);
        await fleet.ReadAsync(controlLog, ".reports.", 2);
        await fleet.ConnectedAsync(controlLog, "sending", 2);

        await control.Fleet.SendAsync(Sample.Task("node1"), Token);
        await node.Node.ReportAsync(Sample.Report("node1", 9), Token);
        Assert.Equal("t1", (await tasks.NextAsync()).Id);
        Assert.Equal(9, (await reports.NextAsync()).Sequence);
        Assert.Contains(log.Entries, one => one.Id == Lost);
    }

    /// <summary>Answers again and again until it is to be over; returns what was taken.</summary>
    private static async Task<IReadOnlyList<string>> AnswerAsync(INodeAssignmentChannel node, CancellationToken over)
    {
        var sent = new List<string>();
        for (var i = 0; !over.IsCancellationRequested; i++)
        {
            await EventuallyAnswerAsync(node, $"a{i}");
            sent.Add($"a{i}");
        }

        return sent;
    }

    private static async Task EventuallyAnswerAsync(INodeAssignmentChannel node, string task)
    {
        while (true)
        {
            try
            {
                await node.AnswerAsync(Sample.Answers("node1", task), Token);
                return;
            }
            catch (ChannelUnavailableException)
            {
                // As a node does: later again.
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token);
            }
        }
    }
}
