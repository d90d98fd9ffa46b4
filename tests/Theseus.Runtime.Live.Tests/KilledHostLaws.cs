using System.Diagnostics;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>A host that is killed while it swaps, and started again.</summary>
public sealed class KilledHostLaws
{
    // Validating comes before the swap: nothing is on record yet.
    private static readonly SwapStep[] s_steps =
    [
        SwapStep.Load, SwapStep.Start, SwapStep.HealthCheck, SwapStep.WarmUp, SwapStep.PlanState, SwapStep.Publish,
        SwapStep.Observe, SwapStep.Confirm, SwapStep.Promote, SwapStep.Drain, SwapStep.Stop, SwapStep.Unload,
    ];

    public static TheoryData<SwapStep, bool> Moments
    {
        get
        {
            var moments = new TheoryData<SwapStep, bool>();
            foreach (var step in s_steps)
            {
                moments.Add(step, false);
                moments.Add(step, true);
            }

            return moments;
        }
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task AfterItsRestartItServesWhatWasConfirmedAndItsRecordSaysWhy(SwapStep step, bool isEnd)
    {
        var folder = Directory.CreateTempSubdirectory("theseus-killed-").FullName;
        try
        {
            await KillAsync(folder, step, isEnd);
            var isConfirmed = step > SwapStep.Confirm || (step == SwapStep.Confirm && isEnd);

            await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IRateLimiter>("rate-limiter", LiveHost.FromOne), folder);

            Assert.Equal(isConfirmed ? "2.0.0" : "1.0.0", host.Engine.GetStatus("rate-limiter").ServingVersion);
            var record = Assert.Single(host.Engine.GetHistory("rate-limiter"));
            Assert.Equal(("1.0.0", "2.0.0"), (record.From?.Version, record.To.Version));
            Assert.Equal(isConfirmed ? "2.0.0" : "1.0.0", record.Serves?.Version);
            if (record.Outcome != nameof(SwapOutcome.Completed))
            {
                Assert.Equal(SwapRecord.Interrupted, record.Outcome);
                Assert.Contains(isConfirmed ? "2.0.0 serves, since it had been confirmed" : "1.0.0 serves, since it is the confirmed release", record.Detail, StringComparison.Ordinal);
            }
            else
            {
                Assert.True(isConfirmed, "What was not confirmed was recorded as completed.");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task KillAsync(string folder, SwapStep step, bool isEnd)
    {
        // Beside this test's own output, and of the same configuration.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "KilledHost", configuration, "KilledHost.dll"));
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", [program, folder, LiveHost.Releases, step.ToString(), isEnd ? "end" : "begin"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync().WaitAsync(LiveHost.Deadline);
            Assert.True(process.ExitCode is not (0 or 1) && (await output).Trim() == "Started", $"It was not killed at {step}: exit code {process.ExitCode}, {await output} {await errors}");
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
