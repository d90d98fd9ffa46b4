using Spectre.Console;
using Theseus.Demo.Acts;
using Theseus.Demo.Screen;
using Xunit;

namespace Theseus.Demo.Tests;

public sealed class RunLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);
    private static readonly string s_releases = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "releases");

    [Fact]
    public async Task EveryActEndsAsItShouldAndNoCallFails()
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        var run = new DemoRun(new DemoOptions(s_releases, Rate: 50, Window: TimeSpan.FromSeconds(1)), new ConsoleScreen(console), TimeProvider.System);

        var report = await run.RunAsync(TestContext.Current.CancellationToken).WaitAsync(s_deadline);

        Assert.True(report.Ok, $"{report.ToJson()}{output}");
        Assert.Equal(0, report.FailedCalls);
        Assert.Equal(["Completed", "RolledBack", "Completed"], report.Acts.Select(act => act.Outcome));
        Assert.Equal(["2.0.0", "2.0.0", "2.0.0"], report.Acts.Select(act => act.ServesNow));
        Assert.True(report.Acts[1].ShieldedCalls > 0);
        Assert.True(report.Acts[2].Counts!.AreIntact);
    }
}
