using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Theseus.Runtime.Loading;

/// <summary>What a heap walk has found.</summary>
/// <param name="Pins">What holds the generation.</param>
/// <param name="Problem">Why nothing could be found out; null if it could.</param>
internal sealed record HeapWalkOutcome(IReadOnlyList<PinFinding> Pins, string? Problem)
{
    /// <summary>What holds the generation, and then why more could not be found out.</summary>
    public IEnumerable<PinFinding> Findings => Problem is null ? Pins : [.. Pins, new PinFinding(PinKind.Unknown, $"The heap could not be walked: {Problem}.")];
}

/// <summary>
/// Looks for what holds a generation, in a process of its own that reads this one's heap. <b>It stops this process while
/// it looks</b>, for seconds where there are millions of objects, and so is only for those who ask for it. On Linux only.
/// </summary>
/// <param name="time">The host's clock.</param>
internal sealed partial class HeapWalker(TimeProvider time)
{
    private const int SetPtracer = 0x59616d61;

    /// <summary>How long a walk may stop the host, whoever asked for it.</summary>
    public static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan _startUp = TimeSpan.FromSeconds(10);

    /// <summary>Looks for what holds a generation.</summary>
    /// <param name="handle">The generation, whose unloading has begun.</param>
    /// <param name="deadline">How long this process may be stopped; greater than zero.</param>
    /// <param name="ct">Gives up the waiting. A walk that has begun ends by itself, at its deadline at the latest.</param>
    public async Task<HeapWalkOutcome> WalkAsync(GenerationHandle handle, TimeSpan deadline, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(deadline, TimeSpan.Zero);
        if (!OperatingSystem.IsLinux())
        {
            return Failed("the heap can be walked on Linux only");
        }

        var program = Path.Combine(AppContext.BaseDirectory, "heapwalk", "Theseus.HeapWalk.dll");
        if (!File.Exists(program) || DotnetPath() is not { } dotnet)
        {
            return Failed(File.Exists(program) ? "there is no 'dotnet' to run the heap walk with" : $"there is no '{program}'");
        }

        try
        {
            using var guard = Start(dotnet, program, handle, deadline);
            // The guard waits for this line: until then it may not look.
            AllowTracingBy(guard.Id);
            await guard.StandardInput.WriteLineAsync("go").ConfigureAwait(false);
            guard.StandardInput.Close();
            using var limit = new CancellationTokenSource(deadline + _startUp, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
            var output = guard.StandardOutput.ReadToEndAsync(either.Token);
            var errors = guard.StandardError.ReadToEndAsync(either.Token);
            return Read(await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Failed("the heap walk passed its deadline");
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException)
        {
            return Failed($"the heap walk could not be started: {e.Message}");
        }
    }

    private static Process Start(string dotnet, string program, GenerationHandle handle, TimeSpan deadline)
    {
        var start = new ProcessStartInfo(dotnet)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            program,
            "guard",
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
            handle.LoadContext,
            handle.EntryType,
            ((int)Math.Min(deadline.TotalMilliseconds, int.MaxValue)).ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        // What is set for this process, to profile it or to hold it at its start, is not meant for that one.
        foreach (var name in start.Environment.Keys.ToList())
        {
            if (name.StartsWith("CORECLR_", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("DOTNET_DiagnosticPorts", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("DOTNET_STARTUP_HOOKS", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("DOTNET_gc", StringComparison.OrdinalIgnoreCase))
            {
                start.Environment.Remove(name);
            }
        }

        return Process.Start(start) ?? throw new InvalidOperationException("no process was started");
    }

    private static HeapWalkOutcome Read(string output, string errors)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var pins = document.RootElement.GetProperty("findings").EnumerateArray().Select(finding => new PinFinding(
                Enum.TryParse<PinKind>(finding.GetProperty("kind").GetString(), out var kind) ? kind : PinKind.Unknown,
                finding.GetProperty("description").GetString() ?? ""));
            return new HeapWalkOutcome([.. pins], document.RootElement.GetProperty("problem").GetString());
        }
        catch (JsonException)
        {
            return Failed($"the heap walk failed: {errors.Trim()}");
        }
    }

    private static HeapWalkOutcome Failed(string problem) => new([], problem);

    // The 'dotnet' that runs this process, or the one that its framework belongs to; a self-contained host has none.
    private static string? DotnetPath()
    {
        if (Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet")
        {
            return path;
        }

        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location);
        var candidate = string.IsNullOrEmpty(framework) ? null : Path.GetFullPath(Path.Combine(framework, "..", "..", "..", "dotnet"));
        return File.Exists(candidate) ? candidate : null;
    }

    // Under Yama, a process may be traced only by whom it has named and by their descendants. Without Yama this fails,
    // and is not needed.
    private static void AllowTracingBy(int process) => _ = SetProcessControl(SetPtracer, (nuint)process, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int SetProcessControl(int option, nuint process, nuint unused3, nuint unused4, nuint unused5);
}
