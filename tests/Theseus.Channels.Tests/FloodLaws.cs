using System.Globalization;

namespace Theseus.Channels.Tests;

/// <summary>What happens to who does not read, on every channel.</summary>
public sealed class FloodLaws(Fleets fleets)
{
    private const int Sent = 3000;

    // What waits for a node, and what it holds already.
    private const int Most = 1024 + 64;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Fleets.Kinds), MemberType = typeof(Fleets))]
    public async Task AFloodToANodeThatStandsStillIsBoundedAndTheNewestStays(ChannelKind kind)
    {
        await using var fleet = await fleets.NewAsync(kind);
        var control = await fleet.ReplicaAsync();
        var node = await fleet.NodeAsync("node1");
        await using (await node.ReadTasksAsync())
        {
        }

        for (var i = 0; i < Sent; i += 100)
        {
            var from = i;
            await Task.WhenAll(Enumerable.Range(from, 100).Select(one => control.Fleet.SendAsync(Sample.Task("node1", Id(one)), Token).AsTask()));
        }

        await using var tasks = await node.ReadTasksAsync();
        var read = 1;
        while ((await tasks.NextAsync()).Id != Id(Sent - 1))
        {
            read++;
        }

        Assert.InRange(read + tasks.Rest().Count, 1, Most);
    }

    private static string Id(int number) => number.ToString(CultureInfo.InvariantCulture);
}
