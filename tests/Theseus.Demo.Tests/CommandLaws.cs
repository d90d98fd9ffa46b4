using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit;

namespace Theseus.Demo.Tests;

/// <summary>The demo as those who run it have it: a program, its options, its report and its exit code.</summary>
public sealed class CommandLaws : IDisposable
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);
    private static readonly string s_program = Path.Combine(AppContext.BaseDirectory.Replace("Theseus.Demo.Tests", "Theseus.Demo", StringComparison.Ordinal), "Theseus.Demo.dll");
    private static readonly string s_releases = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "releases");
    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-demo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task OneRunWritesItsReportAndExitsWithZero()
    {
        var report = Path.Combine(_folder, "new", "report.json");

        var (code, output, _) = await RunAsync("--once", "--rate", "50", "--window", "1", "--report", report);

        Assert.True(code == 0, output);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken))!;
        Assert.True(json["ok"]!.GetValue<bool>());
        Assert.Equal(50, json["requestsPerSecond"]!.GetValue<int>());
        Assert.Equal(0, json["failedCalls"]!.GetValue<long>());
        Assert.True(json["requests"]!.GetValue<long>() > 100);
        var acts = json["acts"]!.AsArray();
        Assert.Equal(["Completed", "RolledBack", "Completed"], acts.Select(act => act!["outcome"]!.GetValue<string>()));
        Assert.All(acts, act => Assert.True(act!["asExpected"]!.GetValue<bool>()));
        Assert.All(acts, act => Assert.Contains(act!["name"]!.GetValue<string>(), output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnActThatEndsOtherwiseThanItShouldIsToldAndTheCodeIsOne()
    {
        // Without the bad release, its act has nothing to take back; the others end well.
        var releases = CopyReleases("markdown.9.1.0.nupkg");
        var report = Path.Combine(_folder, "report.json");

        var (code, output, _) = await RunAsync("--once", "--rate", "50", "--window", "1", "--releases", releases, "--report", report);

        Assert.True(code == 1, output);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken))!;
        Assert.False(json["ok"]!.GetValue<bool>());
        Assert.Equal([true, false, true], json["acts"]!.AsArray().Select(act => act!["asExpected"]!.GetValue<bool>()));
        Assert.Equal(("Failed", "RolledBack"), (json["acts"]![1]!["outcome"]!.GetValue<string>(), json["acts"]![1]!["expectedOutcome"]!.GetValue<string>()));
        Assert.Contains("9.1.0", json["acts"]![1]!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServiceThatCannotStartIsToldAndTheCodeIsOne()
    {
        var (code, output, _) = await RunAsync("--once", "--releases", CopyReleases("markdown.1.0.0.nupkg"));

        Assert.True(code == 1, output);
        Assert.Contains("'markdown'", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rate has to be from 10 to 5000; 9 was given.", "--rate", "9")]
    [InlineData("--window has to be from 1 to 600; 601 was given.", "--window", "601")]
    [InlineData("There is no folder", "--releases", "/no/such/folder")]
    [InlineData("'--twice'", "--twice")]
    [InlineData("'often'", "--rate", "often")]
    public async Task BadOptionsAreToldBeforeAnythingIsStartedAndTheCodeIsTwo(string problem, params string[] options)
    {
        var report = Path.Combine(_folder, "report.json");

        var (code, output, errors) = await RunAsync(["--once", "--report", report, .. options]);

        Assert.True(code == 2, output + errors);
        Assert.Contains(problem, errors, StringComparison.Ordinal);
        Assert.Contains("--releases", output, StringComparison.Ordinal);
        Assert.False(File.Exists(report));
    }

    private string CopyReleases(string leftOut)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "releases")).FullName;
        foreach (var file in Directory.EnumerateFiles(s_releases, "*.nupkg").Where(file => Path.GetFileName(file) != leftOut))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return folder;
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] options)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [s_program, .. options]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(s_deadline);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
