using System.Text.Json.Nodes;
using Theseus.Control.Distribution;

namespace Theseus.Cli.Tests;

/// <summary>Distributed tasks, from the command line.</summary>
public sealed class TaskCommandLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task ATaskIsStartedDoneAndShownWithItsResult()
    {
        await using var line = await ControlLine.StartAsync();

        var started = await line.RunAsync("task", "start", "upper", "--payload", "text", "--node", "node1", "--priority", "3", "--deadline", "2.5", "--expires-after", "600", "--attempts", "2", "--when-gone", "End", "--key", "monday", "--json");
        Assert.True(started.Code == 0, started.Error);
        var id = IdOf(started.Out);
        var done = await line.Server.ControlPlane.Tasks.WaitForEndAsync(id, CancellationToken.None).WaitAsync(s_deadline);

        Assert.Equal((3, TimeSpan.FromSeconds(2.5), TimeSpan.FromMinutes(10), 2), (done.Request.Priority, done.Request.Deadline, done.Request.ExpiresAfter, done.Request.MostAttempts));
        Assert.Equal((WhenNodesAreGone.End, "node1"), (done.Request.Placement.WhenGone, done.Request.Placement.Nodes[0]));
        var shown = await line.RunAsync("task", "show", id);
        Assert.Contains("Completed, attempt 1 on node1", shown.Out);
        Assert.Contains("TEXT", shown.Out);
        var again = await line.RunAsync("task", "start", "upper", "--payload", "text", "--node", "node1", "--priority", "3", "--deadline", "2.5", "--expires-after", "600", "--attempts", "2", "--when-gone", "End", "--key", "monday", "--json");
        Assert.Equal(id, IdOf(again.Out));
        Assert.Contains(id, (await line.RunAsync("task", "list", "--state", "Completed", "--kind", "upper", "--node", "node1", "--newest", "5")).Out);
        Assert.DoesNotContain(id, (await line.RunAsync("task", "list", "--before", "1")).Out);
        var statistics = await line.RunAsync("task", "statistics");
        Assert.Contains("1 distributed tasks in all.", statistics.Out);
    }

    [Fact]
    public async Task ADeadLetterIsListedTriedAnewAndCancelledWithTheReason()
    {
        await using var line = await ControlLine.StartAsync();
        var id = IdOf((await line.RunAsync("task", "start", "fail", "--attempts", "1", "--json")).Out);
        await line.Server.ControlPlane.Tasks.WaitForEndAsync(id, CancellationToken.None).WaitAsync(s_deadline);

        Assert.Contains("the disk is full", (await line.RunAsync("task", "dead-letters")).Out);
        var anew = await line.RunAsync("task", "requeue", id, "--why", "there is room now");
        Assert.True(anew.Code == 0, anew.Error);
        await line.Server.ControlPlane.Tasks.WaitForEndAsync(id, CancellationToken.None).WaitAsync(s_deadline);

        Assert.Equal(ExitCode.Refused, (await line.RunAsync("task", "cancel", id)).Code);
        Assert.Contains("there is room now", (await line.RunAsync("audit", "list")).Out);
    }

    [Fact]
    public async Task WhatIsWrongIsSaidAndNothingIsBegun()
    {
        await using var line = await ControlLine.StartAsync();
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        Assert.Equal(ExitCode.NotFound, (await line.RunAsync("task", "show", "none-such")).Code);
        Assert.Equal(ExitCode.Usage, (await line.RunAsync("task", "start", "upper", "--payload", "a", "--payload-file", file)).Code);
        Assert.Contains("There is no file", (await line.RunAsync("task", "start", "upper", "--payload-file", file)).Error);
        Assert.Equal(ExitCode.Usage, (await line.RunAsync("task", "start", "upper", "--label", "line")).Code);
        var nobody = await line.RunAsync("task", "start", "polish");
        Assert.Equal(ExitCode.Refused, nobody.Code);
        Assert.Contains("polish", nobody.Error);
        Assert.Equal(0, (await line.Server.ControlPlane.Tasks.GetStatisticsAsync(CancellationToken.None)).Total);
    }

    [Fact]
    public async Task APayloadComesFromAFileAsItIs()
    {
        await using var line = await ControlLine.StartAsync();
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, "a\nb");
        try
        {
            var id = IdOf((await line.RunAsync("task", "start", "upper", "--payload-file", file, "--json")).Out);

            Assert.Equal("A\nB", (await line.Server.ControlPlane.Tasks.WaitForEndAsync(id, CancellationToken.None).WaitAsync(s_deadline)).Result);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string IdOf(string json) => JsonNode.Parse(json)!["id"]!.GetValue<string>();
}
