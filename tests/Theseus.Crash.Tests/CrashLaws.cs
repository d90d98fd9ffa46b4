using System.Diagnostics;
using CrashPlane;
using Theseus.Control.Upgrades;

namespace Theseus.Crash.Tests;

/// <summary>
/// An upgrade's durable steps are counted by letting it run; then it is killed before and after each of them, begun again,
/// and has to end as if nothing had happened. What is on the disk before a step is what is there after the one before it
/// and what was sent since, which dies with the process: both are tried, so that this is no assumption.
/// </summary>
/// <remarks>
/// Every step of every course is killed within this process: nothing of the old objects is used, and the database file is
/// opened anew while the old connection, never closed, still has it. A process that is really killed at each step takes
/// half a second instead of a few hundredths; so that is done for one course of each strategy.
/// </remarks>
public sealed class CrashLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    public static TheoryData<UpgradeStrategy, string> Courses => [.. from strategy in Enum.GetValues<UpgradeStrategy>() from kind in Enum.GetNames<CourseKind>() select (strategy, kind)];

    [Theory]
    [MemberData(nameof(Courses))]
    public void KilledAtAnyStepAnUpgradeEndsAsIfItHadNotBeen(UpgradeStrategy strategy, string kind)
    {
        var course = new Course(strategy, Enum.Parse<CourseKind>(kind));
        var (end, steps) = Whole(course);

        var killed = 0;
        foreach (var step in Enumerable.Range(1, steps.Count))
        {
            foreach (var after in (bool[])[false, true])
            {
                var problems = KillAndGoOn(course, step, after, end);
                Assert.True(problems.Count == 0, $"Killed {(after ? "after" : "before")} step {step} of {steps.Count}, '{steps[step - 1]}': {string.Join(" ", problems)}");
                killed++;
            }
        }

        Assert.Equal(2 * steps.Count, killed);
    }

    [Theory]
    [InlineData(UpgradeStrategy.Immediate, nameof(CourseKind.LineStopped))]
    [InlineData(UpgradeStrategy.Rolling, nameof(CourseKind.RolledBack))]
    [InlineData(UpgradeStrategy.BlueGreen, nameof(CourseKind.Success))]
    [InlineData(UpgradeStrategy.Canary, nameof(CourseKind.BadOnTrial))]
    [InlineData(UpgradeStrategy.Gradual, nameof(CourseKind.NotReady))]
    public async Task AProcessThatIsReallyKilledAtAnyStepLeavesAnUpgradeThatEndsAsIfItHadNotBeen(UpgradeStrategy strategy, string kind)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGKILL on Windows.");
        var course = new Course(strategy, Enum.Parse<CourseKind>(kind));
        var (end, steps) = Whole(course);

        // Two at a time, on the two cores that there are at least.
        var kills = (from step in Enumerable.Range(1, steps.Count) from after in (bool[])[false, true] select (step, after)).ToList();
        await Task.WhenAll(kills.Chunk((kills.Count + 1) / 2).Select(some => KillEachAsync(course, some, end)));
    }

    /// <summary>The frozen control: with a store that tells of a change as stored before it is, the law breaks, so it does test that.</summary>
    [Fact]
    public void AStoreThatIsBelievedTooEarlyIsFoundOut()
    {
        var course = new Course(UpgradeStrategy.Immediate, CourseKind.RolledBack);
        var (end, steps) = Whole(course);

        var problems = Enumerable.Range(1, steps.Count).SelectMany(step => KillAndGoOn(course, step, after: false, end, store => new EarlyStore(store))).ToList();

        Assert.Contains(problems, problem => problem.StartsWith($"It ended as {UpgradeState.Completed}", StringComparison.Ordinal));
    }

    /// <summary>The course without any kill: its end and its steps.</summary>
    private static (UpgradeState End, IReadOnlyList<string> Steps) Whole(Course course)
    {
        using var folder = new Folder();
        var steps = new Steps();
        using var plane = new Plane(folder.Path, course, steps);
        plane.Run();
        var end = Ends.Read(folder.Path).State;
        Assert.Contains(end, Ends.Of(course.Kind));
        Assert.Empty(Ends.Problems(folder.Path, end));
        Assert.Empty(plane.Problems());
        Assert.InRange(steps.Done.Count, Ends.FewestSteps(course.Kind), 1_000);
        return (end, steps.Done);
    }

    private static IReadOnlyList<string> KillAndGoOn(Course course, int step, bool after, UpgradeState end, Func<IUpgradeStore, IUpgradeStore>? broken = null)
    {
        using var folder = new Folder();
        var steps = new Steps(step, after);
        using var killed = new Plane(folder.Path, course, steps, broken);
        killed.Run();
        Assert.True(steps.IsDead, $"There was no step {step}.");
        using var next = new Plane(folder.Path, course, new Steps());
        next.Run();
        return [.. next.Problems(), .. Ends.Problems(folder.Path, end)];
    }

    /// <summary>Each process brings to its end what the one before it left, and is then killed itself.</summary>
    private static async Task KillEachAsync(Course course, (int Step, bool After)[] kills, UpgradeState end)
    {
        Folder? left = null;
        foreach (var (step, after) in kills)
        {
            var folder = new Folder();
            await RunChildAsync(course, left, [folder.Path, $"{step}", after ? "after" : "before"], exitCode: 137);
            CheckLeft(left, end);
            left = folder;
        }

        await RunChildAsync(course, left, [], exitCode: 0);
        CheckLeft(left, end);
    }

    private static void CheckLeft(Folder? left, UpgradeState end)
    {
        if (left is not null)
        {
            Assert.Empty(Ends.Problems(left.Path, end));
            left.Dispose();
        }
    }

    private static async Task RunChildAsync(Course course, Folder? left, string[] next, int exitCode)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[typeof(Plane).Assembly.Location, $"{course.Strategy}", $"{course.Kind}", left?.Path ?? "-", .. next])
        {
            start.ArgumentList.Add(argument);
        }

        using var child = Process.Start(start)!;
        try
        {
            var errors = child.StandardError.ReadToEndAsync();
            var output = await child.StandardOutput.ReadToEndAsync().WaitAsync(s_deadline);
            await child.WaitForExitAsync().WaitAsync(s_deadline);
            Assert.Equal("", output + await errors.WaitAsync(s_deadline));
            // 128 + 9: killed.
            Assert.Equal(exitCode, child.ExitCode);
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill();
            }
        }
    }

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("theseus-crash-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
