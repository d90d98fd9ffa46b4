using System.Diagnostics;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>
/// A crash decides nothing: the host is killed at every point of a swap, and started again. The points are those that a
/// run without a kill passes, so none is left out by hand.
/// </summary>
public sealed class CrashLaws
{
    [Theory]
    [InlineData("markdown", "2.0.0", "Completed")]
    [InlineData("markdown", "9.1.0", "RolledBack")]
    [InlineData("sessions", "2.0.0", "Completed")] // shared state
    [InlineData("rate-limiter", "2.0.0", "Completed")] // transferred state
    [InlineData("rate-limiter", "2.0.0", "Completed", SwapStep.PlanState, "1.1.0")] // caught up
    [InlineData("rate-limiter", "2.0.0", "RolledBack", SwapStep.Publish)] // transferred there and back
    public async Task KilledAtAnyPointTheHostServesOneOfTheTwoReleasesAndTheRecordSaysWhich(string component, string to, string outcome, SwapStep killedFrom = SwapStep.Validate, string from = "1.0.0")
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "That a process was killed is told by its exit code on Unix only.");
        using var feed = new Feed(component, from, to);
        // A release that is good is taken back only where an operator says so.
        var end = outcome == "RolledBack" && to == "2.0.0" ? "take-back" : "keep";
        var whole = await RunAsync(feed, component, to, end, point: null, check: null);
        Assert.Contains($"ended {outcome}", whole);
        var points = whole.Where(line => line.StartsWith("point ", StringComparison.Ordinal)).Select(line => line["point ".Length..]).ToList();
        Assert.True(points.Count >= 2 * 11, string.Join(", ", points));
        Assert.Equal(points.Count, points.Distinct().Count());
        // What is confirmed is loaded once more, as resident; killed there, too.
        Assert.Equal(outcome == "Completed" ? ["Promote BEGIN", "Promote LOADED", "Promote END"] : [], points.Where(point => point.StartsWith("Promote ", StringComparison.Ordinal)));

        // The steps before that are killed at elsewhere, with nothing different yet.
        // Two at a time, on the two cores that there are at least: each has a folder of its own.
        var killed = points.Where(point => Enum.Parse<SwapStep>(point.Split(' ')[0]) >= killedFrom);
        await Parallel.ForEachAsync(killed, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (point, _) =>
        {
            var isConfirmed = outcome == "Completed" && points.IndexOf(point) >= points.IndexOf("Confirm END");
            var lines = await RunAsync(feed, component, to, end, point, async folder =>
            {
                await using var host = await LiveHost.StartAsync(theseus => Add(theseus, component), folder, feed.Folder);
                Assert.Equal((point, isConfirmed ? to : from), (point, host.Engine.GetStatus(component).ServingVersion));
                Call(host, component);
                if (point.StartsWith(nameof(SwapStep.Validate), StringComparison.Ordinal))
                {
                    // Nothing was begun: a swap is on record once it is known what to swap to.
                    Assert.Empty(host.Engine.GetHistory(component));
                    return;
                }

                var record = Assert.Single(host.Engine.GetHistory(component));
                Assert.NotNull(record.Outcome);
                Assert.Equal((point, isConfirmed ? to : from), (point, record.Serves?.Version));
                Assert.Equal((from, to), (record.From?.Version, record.To.Version));
                if (record.Outcome == SwapRecord.Interrupted)
                {
                    Assert.Contains(isConfirmed ? $"{to} serves, since it had been confirmed" : $"{from} serves, since it is the confirmed release", record.Detail);
                }
                else
                {
                    Assert.Equal(outcome, record.Outcome);
                }
            });
            Assert.Equal($"point {point}", lines[^1]);
        });
    }

    private static void Add(TheseusBuilder theseus, string component)
    {
        _ = component switch
        {
            "markdown" => theseus.AddComponent<IMarkdownRenderer>(component, LiveHost.FromOne),
            "sessions" => theseus.AddComponent<ISessionCounter>(component, LiveHost.FromOne),
            _ => theseus.AddComponent<IRateLimiter>(component, LiveHost.FromOne),
        };
    }

    private static void Call(LiveHost host, string component)
    {
        switch (component)
        {
            case "markdown":
                Assert.Contains("<em>b</em>", host.Markdown.Render("*b*"));
                break;
            case "sessions":
                Assert.Equal(1, host.Sessions.Visit("session"));
                break;
            default:
                Assert.True(host.Limiter.TryAcquire("client", 1).Granted);
                break;
        }
    }

    /// <summary>Runs the host of its own, with an empty memory, and returns what it printed.</summary>
    private static async Task<List<string>> RunAsync(Feed feed, string component, string to, string end, string? point, Func<string, Task>? check)
    {
        var folder = Directory.CreateTempSubdirectory("theseus-crash-").FullName;
        try
        {
            var program = AppContext.BaseDirectory.Replace("Theseus.Runtime.Live.Tests", "CrashHost", StringComparison.Ordinal);
            var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
            foreach (var argument in (string[])[Path.Combine(program, "CrashHost.dll"), folder, feed.Folder, component, to, end, .. point?.Split(' ') ?? []])
            {
                start.ArgumentList.Add(argument);
            }

            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(LiveHost.Deadline);
            await process.WaitForExitAsync().WaitAsync(LiveHost.Deadline);
            // 128 + 9: killed. A run that is not killed ends well.
            Assert.Equal(point is null ? 0 : 137, process.ExitCode);
            if (check is not null)
            {
                await check(folder);
            }

            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A folder with the packages that are needed, and no others.</summary>
    private sealed class Feed : IDisposable
    {
        public Feed(string component, params string[] versions)
        {
            foreach (var version in versions)
            {
                File.Copy(Path.Combine(LiveHost.Releases, $"{component}.{version}.nupkg"), Path.Combine(Folder, $"{component}.{version}.nupkg"));
            }
        }

        public string Folder { get; } = Directory.CreateTempSubdirectory("theseus-feed-").FullName;

        public void Dispose() => Directory.Delete(Folder, recursive: true);
    }
}
