using Theseus.LoadBench;
using Theseus.LoadBench.CriticalSection;
using Theseus.LoadBench.FirstCalls;
using Theseus.LoadBench.Fleet;
using Theseus.LoadBench.Fleet.Tasks;
using Theseus.LoadBench.LostCalls;
using Theseus.LoadBench.Throughput;
using Theseus.LoadBench.Unloading;
using Theseus.LoadBench.Upgrades;

// One bench per command. 'all' runs them one after another; '--quick' runs a bench small, to see that it works, and
// writes no file.
var benches = new Dictionary<string, Func<BenchRun, Task<BenchReport>>>(StringComparer.Ordinal)
{
    ["throughput"] = ThroughputBench.RunAsync,
    ["lost-calls"] = LostCallsBench.RunAsync,
    ["critical-section"] = CriticalSectionBench.RunAsync,
    ["moved-state"] = CriticalSectionBench.RunMovedAsync,
    ["first-calls"] = FirstCallsBench.RunAsync,
    ["upgrades"] = UpgradesBench.RunAsync,
    ["unload"] = UnloadBench.RunAsync,
    ["activation"] = ActivationBench.RunAsync,
    ["fleet"] = FleetBench.RunAsync,
    ["fleet-rabbit"] = FleetRabbitBench.RunAsync,
    ["tasks"] = TasksBench.RunAsync,
    ["processes"] = ProcessesBench.RunAsync,
    ["catalogue"] = CatalogueBench.RunAsync,
};
if (args is [FleetBench.HeapCommand, var kind, var nodes])
{
    await FleetBench.WriteHeapAsync(kind, int.Parse(nodes, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}

if (args is [FleetBench.BeginCommand or FleetBench.GoOnCommand, var folder, var many])
{
    var count = int.Parse(many, System.Globalization.CultureInfo.InvariantCulture);
    await (args[0] == FleetBench.BeginCommand ? FleetBench.BeginUpgradeAsync(folder, count) : FleetBench.GoOnAsync(folder, count));
    return 0;
}

var run = new BenchRun(Quick: args.Contains("--quick"));
var names = args.Where(one => one != "--quick").ToList();
if (names is ["all"])
{
    names = [.. benches.Keys];
}

if (names.Count == 0 || names.Any(name => !benches.ContainsKey(name)))
{
    Console.Error.WriteLine($"Usage: Theseus.Bench (all | {string.Join(" | ", benches.Keys)})... [--quick]");
    return 2;
}

var allReached = true;
foreach (var name in names)
{
    Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss} {name} ...");
    var machine = Machine.Describe();
    var report = await benches[name](run);
    allReached &= report.IsReached;
    var text = report.ToMarkdown(name, machine);
    Console.WriteLine(text);
    if (!run.Quick)
    {
        ResultsFile.Write(name, text);
    }
}

return allReached ? 0 : 1;
