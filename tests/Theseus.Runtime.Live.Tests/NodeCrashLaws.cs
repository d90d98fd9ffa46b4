using System.Diagnostics;
using System.Globalization;
using CrashHost;
using Theseus.Runtime.Memory;

namespace Theseus.Runtime.Live.Tests;

/// <summary>
/// A swap as a control plane's tasks order it, on a real host, with state that is transferred: killed before and after each
/// of its durable steps (what is remembered, the journal, fences, kept states), the host serves one of the two releases, the
/// record says which and why, and the node can be led to the end from there.
/// </summary>
/// <remarks>
/// What a killed process leaves is its folder. So the course runs once, the folder is copied at every step, and a host is
/// started on each copy that differs from the one before. Some steps are killed at for good, in a process of its own.
/// </remarks>
public sealed class NodeCrashLaws
{
    private const int RealKills = 8;

    [Theory]
    [InlineData(nameof(NodeCourseKind.TakenBack), "1.0.0")]
    [InlineData(nameof(NodeCourseKind.ThereAndBack), "1.0.0, 2.0.0, 1.0.0")]
    [InlineData(nameof(NodeCourseKind.Restored), "1.0.0, 2.0.0, 1.0.0")]
    public async Task KilledAtAnyDurableStepANodeServesOneOfTheTwoReleasesAndGoesOnFromThere(string kind, string serves)
    {
        using var images = new HostImages();
        var course = await TakeAsync(Enum.Parse<NodeCourseKind>(kind), images);

        Assert.Empty(images.Unnumbered);
        Assert.InRange(images.All.Count, 20, 1_000);
        var serving = new List<string>();
        foreach (var image in images.All)
        {
            var version = await CheckAsync(image.Folder, $"{image.Step}", course, goesOn: true);
            if (serving.LastOrDefault() != version)
            {
                serving.Add(version);
            }
        }

        // Each change of what serves is one step, and nothing leads to and fro between.
        Assert.Equal(serves, string.Join(", ", serving));
    }

    [Theory]
    [InlineData(nameof(NodeCourseKind.TakenBack))]
    [InlineData(nameof(NodeCourseKind.Restored))]
    public async Task ANodeThatIsReallyKilledLeavesTheSame(string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "That a process was killed is told by its exit code on Unix only.");
        using var images = new HostImages();
        var course = await TakeAsync(Enum.Parse<NodeCourseKind>(kind), images);
        var whole = await RunAsync(kind, exitCode: 0);
        Assert.Equal(images.Steps, int.Parse(whole.Output["steps ".Length..], CultureInfo.InvariantCulture));
        Directory.Delete(whole.Folder, recursive: true);

        // Two at a time, on the two cores that there are at least.
        await Parallel.ForEachAsync(Enumerable.Range(0, RealKills), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (i, _) =>
        {
            var step = 1 + (images.Steps - 1) * i / (RealKills - 1);
            var (folder, _) = await RunAsync(kind, exitCode: 137, $"{step}", i % 2 == 0 ? "before" : "after");
            await CheckAsync(folder, $"step {step}", course, goesOn: true);
            Directory.Delete(folder, recursive: true);
        });
    }

    /// <summary>The frozen control: a write that goes past the numbered disk is seen.</summary>
    [Fact]
    public async Task ADurableWriteThatIsNotNumberedIsFoundOut()
    {
        using var images = new HostImages();
        await TakeAsync(NodeCourseKind.TakenBack, images, folder => File.WriteAllText(Path.Combine(folder, ".theseus", "history", "other"), "7"));

        Assert.Contains("other", Assert.Single(images.Unnumbered));
    }

    /// <summary>Goes through a course once, with an image of the host's folder at each step.</summary>
    private static async Task<NodeCourse> TakeAsync(NodeCourseKind kind, HostImages images, Action<string>? meanwhile = null)
    {
        var files = new NumberedFiles();
        var orders = new NodeOrders();
        await using var host = await LiveHost.StartAsync(theseus => NodeProgram.Add(theseus, files, orders));
        var course = await NodeCourse.BeginAsync(kind, host.Services);
        images.Begin(host.Folder);
        meanwhile?.Invoke(host.Folder);
        files.Begin(images.Take);
        await course.RunAsync(host.Services, orders, files);
        Assert.Equal("1.0.0", host.Engine.GetStatus(NodeCourse.Component).ServingVersion);
        await host.StopAsync();
        files.End();
        return course;
    }

    /// <summary>Starts a host on what a killed one left, and returns the version that serves.</summary>
    private static async Task<string> CheckAsync(string folder, string step, NodeCourse course, bool goesOn)
    {
        var orders = new NodeOrders();
        await using var host = await LiveHost.StartAsync(theseus => NodeProgram.Add(theseus, new MemoryFiles(), orders), folder);
        var engine = host.Engine;
        var serving = engine.GetStatus(NodeCourse.Component).ServingVersion!;
        Assert.True(host.Limiter.TryAcquire("client", 1).Granted);
        Assert.Equal((step, serving), (step, engine.GetConfirmed(NodeCourse.Component)?.Version));

        var history = engine.GetHistory(NodeCourse.Component);
        Assert.All(history, record => Assert.NotNull(record.Outcome));
        Assert.Equal((step, serving), (step, history.FirstOrDefault()?.Serves?.Version ?? course.From.Version));
        Assert.All(history.Where(record => record.Outcome == SwapRecord.Interrupted), record => Assert.Contains($"{record.Serves?.Version} serves, since ", record.Detail));

        // Nothing half is left, and what an upgrade needs to go back is there as soon as it is confirmed.
        Assert.DoesNotContain(Directory.EnumerateFiles(folder, "*.tmp", SearchOption.AllDirectories), file => file.Contains("states", StringComparison.Ordinal));
        var kept = engine.GetSnapshots(NodeCourse.Component).Select(one => one.Name).ToList();
        Assert.Equal(kept.Distinct(), kept);
        if (serving == course.To.Version)
        {
            Assert.Contains(NodeCourse.Upgrade, kept);
        }

        if (goesOn)
        {
            await GoOnAsync(host, step, course, orders);
        }

        return serving;
    }

    /// <summary>The control plane asks again for what it asked for last, and the node gets there from wherever it is.</summary>
    private static async Task GoOnAsync(LiveHost host, string step, NodeCourse course, NodeOrders orders)
    {
        var last = course.Tasks[^1];
        var had = host.Engine.GetConfirmed(NodeCourse.Component)?.Version;
        var report = await orders.DoAsync(last);
        Assert.Equal((step, course.From, null, null), (step, report.Confirmed, report.Staged, report.Trial?.Release));
        Assert.Equal(last.Fence, report.Fence);
        Assert.Equal((step, course.From.Version), (step, host.Engine.GetStatus(NodeCourse.Component).ServingVersion));
        if (last.Restores.Length > 0 && had == course.To.Version)
        {
            Assert.Equal((step, (long)NodeCourse.CallsBefore), (step, host.Limiter.TotalGranted()));
        }
    }

    /// <summary>Runs the course in a process of its own.</summary>
    private static async Task<(string Folder, string Output)> RunAsync(string kind, int exitCode, params string[] kill)
    {
        var folder = Directory.CreateTempSubdirectory("theseus-crash-").FullName;
        var program = AppContext.BaseDirectory.Replace("Theseus.Runtime.Live.Tests", "CrashHost", StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(program, "CrashHost.dll"), "node", folder, LiveHost.Releases, kind, .. kill]) { RedirectStandardOutput = true })!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(LiveHost.Deadline);
            await process.WaitForExitAsync().WaitAsync(LiveHost.Deadline);
            Assert.Equal(exitCode, process.ExitCode);
            return (folder, output.Trim());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
