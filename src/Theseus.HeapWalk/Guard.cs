using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Theseus.HeapWalk;

/// <summary>Runs the walk in a process of its own, ends it at the deadline, and makes sure that the host is not left stopped.</summary>
internal static partial class Guard
{
    private const int Sigcont = 18;

    public static async Task<int> RunAsync(WalkRequest request)
    {
        // The host says when it has allowed to be traced.
        await Console.In.ReadLineAsync();
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true };
        start.ArgumentList.Add(typeof(Guard).Assembly.Location);
        start.ArgumentList.Add("walk");
        foreach (var argument in request.ToArguments())
        {
            start.ArgumentList.Add(argument);
        }

        using var walk = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(request.Deadline, TimeProvider.System);
        try
        {
            await walk.WaitForExitAsync(deadline.Token);
            return walk.ExitCode;
        }
        catch (OperationCanceledException)
        {
            walk.Kill();
            await walk.WaitForExitAsync(CancellationToken.None);
            Console.WriteLine("""{"findings":[],"objects":0,"problem":"the walk passed its deadline"}""");
            return 1;
        }
        finally
        {
            // A tracer that dies lets its tracees run, except when it dies between asking a thread to stop and seeing
            // it stopped: the stop is then delivered to the whole process.
            if (OperatingSystem.IsLinux() && walk.ExitCode != 0)
            {
                _ = Kill(request.ProcessId, Sigcont);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
