using Theseus.JudgeBench;
using Theseus.LoadBench;

var benches = new Dictionary<string, Func<BenchRun, BenchReport>>(StringComparer.Ordinal)
{
    ["false-alarms"] = FalseAlarmsBench.Run,
    ["harms"] = HarmsBench.Run,
    ["merging"] = MergingBench.Run,
};
var run = new BenchRun(Quick: args.Contains("--quick"));
var names = args.Where(one => one != "--quick").ToList();
if (names is ["all"])
{
    names = [.. benches.Keys];
}

if (names.Count == 0 || names.Any(name => !benches.ContainsKey(name)))
{
    Console.Error.WriteLine($"Usage: Theseus.JudgeBench (all | {string.Join(" | ", benches.Keys)})... [--quick]");
    return 2;
}

var allReached = true;
foreach (var name in names)
{
    var machine = Machine.Describe();
    var report = benches[name](run);
    allReached &= report.IsReached;
    var text = report.ToMarkdown(name, machine);
    Console.WriteLine(text);
    if (!run.Quick)
    {
        ResultsFile.Write($"judge-{name}", text);
    }
}

return allReached ? 0 : 1;
