using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;
using Theseus.Demo.Load;
using Theseus.Demo.Report;
using Theseus.Demo.Screen;
using Xunit;

namespace Theseus.Demo.Tests;

public sealed class ReportLaws
{
    [Fact]
    public void TheReportHasTheMembersThatOthersRelyOn()
    {
        var json = JsonNode.Parse(Sample().ToJson())!;

        Assert.Equal(1200, json["requests"]!.GetValue<long>());
        Assert.Equal(1, json["failedCalls"]!.GetValue<long>());
        var act = json["acts"]![0]!;
        Assert.Equal(["A good upgrade", "1.0.0", "2.0.0", "Completed"], new[] { "name", "from", "to", "outcome" }.Select(name => act[name]!.GetValue<string>()));
        Assert.Equal(1, act["failedCalls"]!.GetValue<long>());
        Assert.Equal(0.042, act["criticalSectionMs"]!.GetValue<double>());
        Assert.Equal(1.5, act["drainMs"]!.GetValue<double>());
        Assert.Equal(80, act["unloadMs"]!.GetValue<double>());
        foreach (var phase in new[] { "before", "during", "after" })
        {
            Assert.Equal([1, 2, 3, 4], new[] { "p50", "p99", "p999", "max" }.Select(name => act["latencyMs"]![phase]![name]!.GetValue<double>()));
        }
    }

    [Theory]
    [InlineData(null, true, 0, 0)]
    [InlineData(null, false, 0, 1)]
    [InlineData("note.md: status 500", true, 1, 1)] // in no act's span: none of them knows of it
    [InlineData("note.md: status 500", false, 1, 1)]
    public void ARunEndsWellOnlyIfEveryActDidAndNoCallFailedWhenever(string? fault, bool actsAsExpected, long failed, int exitCode)
    {
        var recording = new LoadRecording();
        recording.Add(new RequestSample(IntendedAt: 1, TimeSpan.FromMilliseconds(1), fault));
        recording.Add(new RequestSample(IntendedAt: 1_000, TimeSpan.FromMilliseconds(1), Fault: null));
        var act = Sample().Acts[0] with { Requests = 1, FailedCalls = 0 };

        var report = DemoReport.Of(250, DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(9), recording, [act with { AsExpected = true }, act with { AsExpected = actsAsExpected }]);

        Assert.Equal((exitCode == 0, exitCode, 2, failed), (report.Ok, report.ExitCode, report.Requests, report.FailedCalls));
        Assert.Equal(fault is null ? [] : [fault], report.Failures);
    }

    [Fact]
    public void EveryMemberOfTheReportIsDocumented()
    {
        var documented = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "demo-report.md"));
        using var json = JsonDocument.Parse(Sample().ToJson());

        Assert.All(Names(json.RootElement).Distinct(), name => Assert.Contains($"`{name}`", documented, StringComparison.Ordinal));
    }

    [Fact]
    public void TheTableTellsFailuresAndWhatWasNotAsExpected()
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 200;

        ReportTable.Write(console, Sample());

        var text = output.ToString();
        Assert.Contains("note.md: status 500 [x]", text, StringComparison.Ordinal);
        Assert.Contains("A good upgrade: Completed, expected Completed; 2.0.0 serves. Why.", text, StringComparison.Ordinal);
        Assert.Contains("7 / 6 differ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false, "")]
    [InlineData(3, true, "a:1 b:2")]
    [InlineData(3, false, "a:1 b:1")]
    [InlineData(3, false, "a:2 b:1")]
    [InlineData(3, false, "a:1 b:2 c:1")]
    [InlineData(3, false, "a:1")]
    public void CountsAreIntactOnlyIfEveryClientsAre(long answers, bool intact, string component)
    {
        var answered = answers == 0 ? [] : new Dictionary<string, long> { ["a"] = 1, ["b"] = 2 };
        var counted = component.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => one.Split(':')).ToDictionary(one => one[0], one => long.Parse(one[1]));

        var counts = CountsReport.Compare(answered, counted);

        Assert.Equal(answers, counts.GrantedByAnswers);
        Assert.Equal(intact, counts.AreIntact);
    }

    private static DemoReport Sample()
    {
        var latency = new LatencySummary(400, 1, 2, 3, 4);
        return new DemoReport
        {
            Ok = false,
            StartedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            DurationSeconds = 12.5,
            RequestsPerSecond = 250,
            Requests = 1200,
            FailedCalls = 1,
            Failures = ["note.md: status 500 [x]"],
            Acts =
            [
                new ActReport
                {
                    Name = "A good upgrade",
                    Strategy = "Canary",
                    Upgrade = "0a1b",
                    Nodes = 5,
                    Component = "markdown",
                    From = "1.0.0",
                    To = "2.0.0",
                    Outcome = "Completed",
                    ExpectedOutcome = "Completed",
                    AsExpected = false,
                    Detail = "Why.",
                    Verdicts = [new(1, "Pass", "nothing-against-it", "Nothing is shown.")],
                    ServesNow = "2.0.0",
                    Requests = 1200,
                    FailedCalls = 1,
                    ShieldedCalls = 2,
                    CriticalSectionMs = 0.042,
                    StateBytes = 0,
                    LatencyMs = new LatencyPhases(latency, latency, latency),
                    DrainMs = 1.5,
                    UnloadMs = 80,
                    OldGenerationGone = true,
                    Retirement = "Gone.",
                    Steps = [new StepReport("Load", 12)],
                    Counts = new CountsReport(7, 6, 1),
                },
            ],
        };
    }

    private static IEnumerable<string> Names(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Names(member.Value).Prepend(member.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Names),
        _ => [],
    };
}
