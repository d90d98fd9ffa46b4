using Theseus.Fleet;

namespace Theseus.Channels.Tests;

/// <summary>Assignments and their answers, on every channel.</summary>
public sealed class AssignmentLaws(Fleets fleets)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Fleets.Kinds), MemberType = typeof(Fleets))]
    public async Task AssignmentsReachTheirNodeAndAnswersTheControlPlane(ChannelKind kind)
    {
        await using var fleet = await fleets.NewAsync(kind);
        var control = await fleet.ReplicaAsync();
        var node = await fleet.NodeAsync("node1");
        await using var assignments = await node.ReadAssignmentsAsync();
        await using var other = await (await fleet.NodeAsync("node2")).ReadAssignmentsAsync();
        await using var answers = await control.ReadAnswersAsync();

        await control.Assignments.SendAsync(Sample.Batch("node1", "a", "b"), Token);
        Assert.Equivalent(Sample.Batch("node1", "a", "b"), await assignments.NextAsync(), strict: true);

        await node.Assignments.AnswerAsync(Sample.Answers("node1", "a", "b"), Token);
        Assert.Equivalent(Sample.Answers("node1", "a", "b"), Assert.Single(await answers.NextAsync()), strict: true);
        Assert.Empty(other.Rest());
    }

    [Theory]
    [MemberData(nameof(Fleets.Kinds), MemberType = typeof(Fleets))]
    public async Task WhatAReaderDidNotAskBeyondIsReadAgain(ChannelKind kind)
    {
        await using var fleet = await fleets.NewAsync(kind);
        var control = await fleet.ReplicaAsync();
        var node = await fleet.NodeAsync("node1");
        await node.Assignments.AnswerAsync(Sample.Answers("node1", "a"), Token);
        await using (var reader = control.Assignments.ReadAnswersAsync(Token).GetAsyncEnumerator(Token))
        {
            Assert.True(await reader.MoveNextAsync().AsTask().InTimeAsync());
            Assert.Equal("a", TaskOf(Assert.Single(reader.Current)));
        }

        await node.Assignments.AnswerAsync(Sample.Answers("node1", "b"), Token);
        await using var again = await control.ReadAnswersAsync();
        var read = new List<string>();
        while (!(read.Contains("a") && read.Contains("b")))
        {
            read.AddRange((await again.NextAsync()).Select(TaskOf));
        }

        Assert.Equal(2, read.Count);
    }

    [Theory]
    [MemberData(nameof(Fleets.Kinds), MemberType = typeof(Fleets))]
    public async Task WhatAReaderAskedBeyondIsNotReadAgain(ChannelKind kind)
    {
        await using var fleet = await fleets.NewAsync(kind);
        var control = await fleet.ReplicaAsync();
        var node = await fleet.NodeAsync("node1");
        await using (var first = await control.ReadAnswersAsync())
        {
            await node.Assignments.AnswerAsync(Sample.Answers("node1", "a"), Token);
            await first.NextAsync();
            await node.Assignments.AnswerAsync(Sample.Answers("node1", "b"), Token);
            await first.NextAsync();
        }

        await node.Assignments.AnswerAsync(Sample.Answers("node1", "c"), Token);
        await using var second = await control.ReadAnswersAsync();
        var read = new List<string>();
        while (!read.Contains("c"))
        {
            read.AddRange((await second.NextAsync()).Select(TaskOf));
        }

        // The newest before may come again: whether its reader asked for more before it ended is a race.
        Assert.DoesNotContain("a", read);
    }

    [Theory]
    [MemberData(nameof(Fleets.Kinds), MemberType = typeof(Fleets))]
    public async Task EachAnswerGoesToOneOfSeveralReaders(ChannelKind kind)
    {
        await using var fleet = await fleets.NewAsync(kind);
        var node = await fleet.NodeAsync("node1");
        await using var first = await (await fleet.ReplicaAsync()).ReadAnswersAsync();
        await using var second = await (await fleet.ReplicaAsync()).ReadAnswersAsync();
        var sent = Enumerable.Range(0, 100).Select(i => $"a{i}").ToList();

        await Task.WhenAll(sent.Select(task => node.Assignments.AnswerAsync(Sample.Answers("node1", task), Token).AsTask()));

        var read = new List<string>();
        var (one, other) = (first.NextAsync(), second.NextAsync());
        while (read.Count < sent.Count)
        {
            var next = await Task.WhenAny(one, other);
            read.AddRange((await next).Select(TaskOf));
            (one, other) = next == one ? (first.NextAsync(), other) : (one, second.NextAsync());
        }

        Assert.Equal(sent.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
    }

    internal static string TaskOf(AssignmentAnswers answers) => Assert.Single(answers.Answers).Attempt.Task;
}
