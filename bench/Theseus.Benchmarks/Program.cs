using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Theseus.Benchmarks.Calls;

// 'threads' runs the bench that BenchmarkDotNet cannot, anything else goes to BenchmarkDotNet.
if (args is ["threads"])
{
    CallsOnThreads.Run(Console.Out);
    return;
}

// In this process: nothing has to be built anew, and every bench of a run meets the same machine.
var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, DefaultConfig.Instance.AddJob(job).WithOptions(ConfigOptions.DisableLogFile));
