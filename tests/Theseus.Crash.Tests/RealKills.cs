using System.Diagnostics;
using CrashPlane;
using Theseus.Control.Upgrades;

namespace Theseus.Crash.Tests;

/// <summary>Kills processes, as by <c>kill -9</c>.</summary>
internal static class RealKills
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    /// <summary>Each process brings to its end what the one before it left, and is then killed itself.</summary>
    public static async Task DoEachAsync(Course course, Kill[] kills, IReadOnlyList<UpgradeState> ends)
    {
        Folder? left = null;
        foreach (var kill in kills)
        {
            var folder = new Folder();
            await RunChildAsync(course, left, [folder.Path, kill.Step, kill.IsAfter ? "after" : "before"], exitCode: 137);
            await CheckLeftAsync(left, course, ends);
            left = folder;
        }

        await RunChildAsync(course, left, [], exitCode: 0);
        await CheckLeftAsync(left, course, ends);
    }

    private static async Task CheckLeftAsync(Folder? left, Course course, IReadOnlyList<UpgradeState> ends)
    {
        if (left is not null)
        {
            Assert.Empty(await Ends.ProblemsAsync(left.Path, course, ends));
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
}
