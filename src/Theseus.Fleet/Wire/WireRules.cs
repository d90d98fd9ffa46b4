using Theseus.Fleet.Metrics;

namespace Theseus.Fleet.Wire;

/// <summary>What has to hold for messages, beyond their form. A deserializer may leave null in lists, so that is looked for too.</summary>
internal static class WireRules
{
    private const int LongestDigest = 128;

    public static void Check(WireFaults faults, NodeTask task)
    {
        faults.Name("id", task.Id);
        faults.Name("node", task.Node);
        faults.Text("incarnation", task.Incarnation);
        faults.Number("claim", task.Claim, 0);
        faults.Known("kind", task.Kind);
        faults.Text("upgrade", task.Upgrade);
        faults.Text("trace", task.Trace, UpgradeTraces.LongestParent);
        faults.Number("fence", task.Fence, 0);
        if (task.Kind is NodeTaskKind.Join or NodeTaskKind.Leave)
        {
            // About no component, and so about no releases.
            faults.Name("incarnation", task.Incarnation);
            faults.Text("component", task.Component);
        }
        else
        {
            faults.Name("component", task.Component);
            Release(faults, "from", task.From);
            Release(faults, "to", task.To);
        }

        faults.Number("share", task.Share, 0, 1);
        faults.Number("shadowFraction", task.ShadowFraction, 0, 1);
        faults.Text("restores", task.Restores);
        faults.Time("deadline", task.Deadline);
        faults.Time("holdAtMost", task.HoldAtMost);
    }

    public static void Check(WireFaults faults, AssignmentBatch batch)
    {
        faults.Name("node", batch.Node);
        faults.Each("assigned", batch.Assigned, AssignmentBatch.Most, (place, one) =>
        {
            Attempt(faults, place, new AttemptId(one.Task, one.Attempt));
            faults.Name($"{place}.kind", one.Kind);
            faults.Text($"{place}.payload", one.Payload, Assignment.LargestPayload);
            faults.Time($"{place}.deadline", one.Deadline);
        });
        faults.Each("cancelled", batch.Cancelled, AssignmentBatch.Most, (place, one) => Attempt(faults, place, one));
    }

    public static void Check(WireFaults faults, AssignmentAnswers answers)
    {
        faults.Name("node", answers.Node);
        faults.Name("incarnation", answers.Incarnation);
        faults.Each("answers", answers.Answers, AssignmentBatch.Most, (place, one) =>
        {
            Attempt(faults, $"{place}.attempt", one.Attempt);
            faults.Known($"{place}.outcome", one.Outcome);
            faults.Text($"{place}.result", one.Result, Assignment.LargestPayload);
            faults.Text($"{place}.detail", one.Detail, WireLimits.Text);
        });
    }

    public static void Check(WireFaults faults, NodeReport report)
    {
        faults.Name("node", report.Node);
        faults.Name("incarnation", report.Incarnation);
        faults.Number("claim", report.Claim, 0);
        faults.Number("sequence", report.Sequence, 1);
        faults.Text("failureDomain", report.FailureDomain);
        faults.Each("labels", report.Labels, WireLimits.PerNode, (place, label) =>
        {
            faults.Name(place, label.Key);
            faults.Text(place, label.Value);
        });
        faults.Number("memoryBytes", report.MemoryBytes, 0);
        faults.Number("processors", report.Processors, 0);
        faults.Each("taskKinds", report.TaskKinds, WireLimits.PerNode, (place, kind) => faults.Name(place, kind));
        faults.Number("taskSlots", report.TaskSlots, 0);
        faults.Time("heartbeat", report.Heartbeat);
        if (report.Process is { } process)
        {
            Process(faults, "process", process);
        }

        faults.Each("components", report.Components, WireLimits.Components, (place, component) => Component(faults, place, component));
    }

    private static void Component(WireFaults faults, string place, ComponentReport component)
    {
        faults.Name($"{place}.component", component.Component);
        faults.Text($"{place}.contract", component.Contract);
        faults.Text($"{place}.contractAssembly", component.ContractAssembly);
        faults.Text($"{place}.contractVersion", component.ContractVersion);
        faults.Number($"{place}.fence", component.Fence, 0);
        ReleaseIfAny(faults, $"{place}.confirmed", component.Confirmed);
        ReleaseIfAny(faults, $"{place}.staged", component.Staged);
        if (component.Trial is { } trial)
        {
            Trial(faults, $"{place}.trial", trial);
        }

        faults.Each($"{place}.results", component.Results, WireLimits.PerComponent, (at, result) =>
        {
            faults.Name($"{at}.task", result.Task);
            faults.Known($"{at}.outcome", result.Outcome);
            faults.Text($"{at}.reason", result.Reason);
            faults.Text($"{at}.detail", result.Detail, WireLimits.Text);
        });
        faults.Each($"{place}.states", component.States, WireLimits.PerComponent, (at, state) =>
        {
            faults.Text($"{at}.upgrade", state.Upgrade);
            Release(faults, $"{at}.release", state.Release);
            faults.Number($"{at}.bytes", state.Bytes, 0);
        });
        faults.Each($"{place}.lingering", component.Lingering, WireLimits.PerComponent, (at, text) => faults.Text(at, text, WireLimits.Text));
        faults.Each($"{place}.calls", component.Calls, WireLimits.Generations, (at, generation) => Calls(faults, at, generation));
        faults.Each($"{place}.instruments", component.Instruments, WireLimits.Instruments, (at, reading) => Reading(faults, at, reading));
    }

    private static void Process(WireFaults faults, string place, ProcessMetrics process)
    {
        faults.Time($"{place}.uptime", process.Uptime);
        faults.Time($"{place}.processorTime", process.ProcessorTime);
        faults.Time($"{place}.collectionPauses", process.CollectionPauses);
        foreach (var (name, value) in (ReadOnlySpan<(string, long)>)
        [
            ("workingSetBytes", process.WorkingSetBytes), ("heapBytes", process.HeapBytes), ("allocatedBytes", process.AllocatedBytes),
            ("generation0Collections", process.Generation0Collections), ("generation1Collections", process.Generation1Collections),
            ("generation2Collections", process.Generation2Collections), ("poolThreads", process.PoolThreads), ("poolQueue", process.PoolQueue),
            ("poolCompleted", process.PoolCompleted), ("lockContentions", process.LockContentions), ("exceptions", process.Exceptions),
        ])
        {
            faults.Number($"{place}.{name}", value, 0);
        }
    }

    private static void Reading(WireFaults faults, string place, InstrumentReading reading)
    {
        Release(faults, $"{place}.release", reading.Release);
        faults.Number($"{place}.generation", reading.Generation, 1);
        faults.Text($"{place}.meter", reading.Meter);
        faults.Text($"{place}.instrument", reading.Instrument);
        faults.Text($"{place}.unit", reading.Unit);
        faults.Known($"{place}.kind", reading.Kind);
        faults.Each($"{place}.tags", reading.Tags, WireLimits.PerNode, (at, tag) =>
        {
            faults.Text(at, tag.Key);
            faults.Text(at, tag.Value);
        });
        faults.Number($"{place}.count", reading.Count, 0);
        foreach (var (name, value) in (ReadOnlySpan<(string, double)>)[("sum", reading.Sum), ("last", reading.Last), ("least", reading.Least), ("greatest", reading.Greatest)])
        {
            faults.Number($"{place}.{name}", value, double.MinValue);
        }
    }

    private static void Calls(WireFaults faults, string place, GenerationCalls generation)
    {
        Release(faults, $"{place}.release", generation.Release);
        faults.Number($"{place}.generation", generation.Generation, 1);
        faults.Each($"{place}.methods", generation.Methods, WireLimits.Methods, (at, method) =>
        {
            faults.Name($"{at}.method", method.Method);
            // Many nodes' counts are added up.
            faults.Number($"{at}.answered", method.Answered, 0, LatencySketch.MostLatencies);
            faults.Number($"{at}.givenUp", method.GivenUp, 0, LatencySketch.MostLatencies);
            faults.Each($"{at}.failures", method.Failures, WireLimits.Methods, (kind, failures) =>
            {
                faults.Name(kind, failures.Key);
                faults.Number(kind, failures.Value, 0, LatencySketch.MostLatencies / WireLimits.Methods);
            });
            faults.IsThere($"{at}.latency", method.Latency);
        });
    }

    private static void Trial(WireFaults faults, string place, TrialReport trial)
    {
        Release(faults, $"{place}.release", trial.Release);
        faults.Number($"{place}.share", trial.Share, 0, 1);
        faults.Number($"{place}.shadowFraction", trial.ShadowFraction, 0, 1);
        faults.Time($"{place}.elapsed", trial.Elapsed);
        Side(faults, $"{place}.candidate", trial.Candidate);
        Side(faults, $"{place}.stable", trial.Stable);
        faults.Number($"{place}.provenFailures", trial.ProvenFailures, 0);
        faults.Number($"{place}.faults", trial.Faults, 0);
        faults.Each($"{place}.examples", trial.Examples, WireLimits.PerComponent, (at, text) => faults.Text(at, text, WireLimits.Text));
        faults.Each($"{place}.shadowed", trial.Shadowed, WireLimits.Methods, (at, one) =>
        {
            faults.Name($"{at}.method", one.Method);
            faults.Number($"{at}.compared", one.Compared, 0);
            faults.Number($"{at}.different", one.Different, 0, one.Compared);
            faults.Number($"{at}.failed", one.Failed, 0);
            faults.Each($"{at}.samples", one.Samples, WireLimits.PerComponent, (sample, text) => faults.Text(sample, text, WireLimits.Text));
        });
    }

    private static void Side(WireFaults faults, string place, SideReport side)
    {
        if (faults.IsThere(place, side))
        {
            faults.Number($"{place}.calls", side.Calls, 0);
            faults.Number($"{place}.failures", side.Failures, 0);
            faults.Time($"{place}.medianLatency", side.MedianLatency);
            faults.Time($"{place}.p99Latency", side.P99Latency);
        }
    }

    private static void ReleaseIfAny(WireFaults faults, string place, ReleaseId? release)
    {
        if (release is not null)
        {
            Release(faults, place, release);
        }
    }

    private static void Release(WireFaults faults, string place, ReleaseId release)
    {
        if (faults.IsThere(place, release))
        {
            faults.Name($"{place}.version", release.Version);
            faults.Text($"{place}.digest", release.Digest, LongestDigest);
            faults.Text($"{place}.settings", release.Settings, ReleaseSettings.LargestBytes);
        }
    }

    private static void Attempt(WireFaults faults, string place, AttemptId attempt)
    {
        faults.Name($"{place}.task", attempt.Task);
        faults.Number($"{place}.attempt", attempt.Attempt, 1);
    }
}
