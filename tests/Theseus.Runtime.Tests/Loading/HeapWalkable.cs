using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Theseus.Runtime.Tests.Loading;

/// <summary>Whether a process may look into another one here, which the heap walk has to.</summary>
internal static class HeapWalkable
{
    private const int Seize = 0x4206;

    private static readonly Lazy<string?> s_obstacle = new(FindObstacle);

    /// <summary>Skips the test where the heap cannot be walked.</summary>
    public static void OrSkip() => Assert.SkipWhen(s_obstacle.Value is not null, s_obstacle.Value ?? "");

    private static string? FindObstacle()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "The heap is walked on Linux only.";
        }

        // Tried on a child, whom this process may trace wherever tracing is allowed at all.
        using var child = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        try
        {
            return Trace(Seize, child.Id, 0, 0) == 0
                ? null
                : $"This machine lets no process trace another one, so the heap cannot be walked: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.";
        }
        finally
        {
            child.Kill();
        }
    }

    [DllImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static extern nint Trace(nint request, int process, nint address, nint data);
}
