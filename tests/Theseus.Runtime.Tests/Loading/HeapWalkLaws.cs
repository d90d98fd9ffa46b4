using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Theseus.Runtime.Tests.Memory;

namespace Theseus.Runtime.Tests.Loading;

/// <summary>The heap walk as a program: whatever becomes of it, the process that it looks at goes on.</summary>
[Collection(nameof(UnloadingCollection))]
public sealed class HeapWalkLaws
{
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(200)]
    [InlineData(300)]
    [InlineData(500)]
    [InlineData(30_000)]
    public async Task AProcessRunsOnWhereverTheDeadlineOfTheWalkFalls(int deadline)
    {
        HeapWalkable.OrSkip();
        using var target = StartTarget();
        using var guard = StartWalk(target, deadline);
        await guard.WaitForExitAsync(Surroundings.Deadline());
        Assert.Contains("\"problem\":\"", await guard.StandardOutput.ReadToEndAsync());
        await AssertRunsAsync(target);
    }

    [Fact]
    public async Task AProcessRunsOnWhenTheWalkAndItsGuardAreKilledWhileItIsStopped()
    {
        HeapWalkable.OrSkip();
        using var target = StartTarget();
        using var guard = StartWalk(target, 30_000);
        var deadline = Surroundings.Deadline();
        while (StateOf(target) is not ('t' or 'T'))
        {
            Assert.False(guard.HasExited, "The walk ended before it was seen to stop the process.");
            deadline.ThrowIfCancellationRequested();
        }

        guard.Kill(entireProcessTree: true);
        await guard.WaitForExitAsync(deadline);
        await AssertRunsAsync(target);
    }

    // Two of three first stops find it moving its objects; one of three runs has to.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task AProcessThatIsStoppedInTheMiddleOfACollectionIsStoppedAgainLater(int run)
    {
        HeapWalkable.OrSkip();
        using var folder = new TemporaryFolder();
        var enough = Path.Combine(folder.Path, "enough");
        using var target = StartCollector(enough);
        Assert.Equal("collecting", await target.StandardOutput.ReadLineAsync(Surroundings.Deadline()));
        using var guard = StartWalk(target, 30_000);
        // From its first stop on it does not collect any more.
        var deadline = Surroundings.Deadline();
        while (StateOf(target) is not ('t' or 'T'))
        {
            deadline.ThrowIfCancellationRequested();
        }

        await File.WriteAllTextAsync(enough, "", deadline);
        await guard.WaitForExitAsync(deadline);

        Assert.Contains($"{run}: there is no load context 'nothing'", $"{run}: {ProblemIn(await guard.StandardOutput.ReadToEndAsync(deadline))}");
        await AssertRunsAsync(target);
    }

    private static Process StartCollector(string enough)
    {
        var program = Path.Combine(AppContext.BaseDirectory.Replace("Theseus.Runtime.Tests", "Collector", StringComparison.Ordinal), "Collector.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, enough]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    private static string? ProblemIn(string result)
    {
        using var document = JsonDocument.Parse(result);
        return document.RootElement.GetProperty("problem").GetString();
    }

    private static string Program => Path.Combine(AppContext.BaseDirectory, "heapwalk", "Theseus.HeapWalk.dll");

    // A guard that waits for its line is an idle .NET process like any other.
    private static Process StartTarget() => Start("guard", "1", "nothing", "nothing", "1");

    private static Process StartWalk(Process target, int deadline)
    {
        var guard = Start("guard", target.Id.ToString(CultureInfo.InvariantCulture), "nothing", "nothing", deadline.ToString(CultureInfo.InvariantCulture));
        guard.StandardInput.WriteLine("go");
        return guard;
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [Program, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    // It reads the line, and ends: whether what it then does succeeds is not the question.
    private static async Task AssertRunsAsync(Process target)
    {
        target.StandardInput.WriteLine("go");
        await target.WaitForExitAsync(Surroundings.Deadline());
    }

    private static char StateOf(Process process)
    {
        var stat = File.ReadAllText($"/proc/{process.Id}/stat");
        return stat[stat.LastIndexOf(')') + 2];
    }
}
