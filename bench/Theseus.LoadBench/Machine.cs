using System.Globalization;
using System.Runtime.InteropServices;

namespace Theseus.LoadBench;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    /// <summary>A list in Markdown, with how busy the machine was when the bench began.</summary>
    public static string Describe()
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30);
        return string.Create(CultureInfo.InvariantCulture, $"""
            - Machine: {Processor()}, {Environment.ProcessorCount} processors, {memory:F0} GB; {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}
            - {RuntimeInformation.FrameworkDescription}, workstation collector, concurrent; {TimeProvider.System.GetUtcNow():yyyy-MM-dd}
            - Load average of the machine when the bench began: {LoadAverage()}; a quiet machine has less than its processors

            """).ReplaceLineEndings("\n");
    }

    private static string Processor() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unnamed"
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unnamed";

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "not known here";
}
