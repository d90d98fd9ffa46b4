using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Theseus.Benchmarks.Calls;
using Theseus.Benchmarks.Recording;

// 'calls' and 'recording' run the benches that BenchmarkDotNet cannot: on two threads, and on a machine that is not quiet.
// Anything else goes to BenchmarkDotNet.
if (args is ["recording"])
{
    RecordingBench.Run(Console.Out);
    return;
}

if (args is ["calls"])
{
    CallBench.Run(Console.Out);
    return;
}

// In this process: nothing has to be built anew, and every bench of a run meets the same machine.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job).WithOptions(ConfigOptions.DisableLogFile));
