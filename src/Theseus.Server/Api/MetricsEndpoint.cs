using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Theseus.Control.Distribution;
using Theseus.Control.Monitoring;
using Theseus.Control.Upgrades;

namespace Theseus.Server.Api;

/// <summary>All figures of the fleet, for Prometheus to scrape.</summary>
internal static class MetricsEndpoint
{
    // Seconds, from 10 µs to 10 s in steps of 1, 2.5 and 5.
    private static readonly double[] s_bounds = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    public static void Map(RouteGroupBuilder api) => api.MapGet("/metrics", GetAsync)
        .Describes<string>("Metrics", "The fleet's figures as Prometheus scrapes them, in its text format 0.0.4.", contentType: PrometheusText.MediaType.Split(';')[0]);

    private static async Task<IResult> GetAsync(HttpContext context, ControlPlane plane)
    {
        var text = new PrometheusText();
        Nodes(text, plane.Nodes.Nodes);
        Components(text, plane.Monitor);
        var tasks = await plane.Tasks.GetStatisticsAsync(context.RequestAborted).ConfigureAwait(false);
        text.Family("theseus_tasks", "gauge", "Distributed tasks by state, those that were removed after their end included.");
        foreach (var state in Enum.GetValues<TaskState>())
        {
            text.Sample(tasks.ByState.GetValueOrDefault(state), ("state", state.ToString()));
        }

        var upgrades = await plane.Upgrades.GetStatisticsAsync(context.RequestAborted).ConfigureAwait(false);
        text.Family("theseus_upgrades", "gauge", "Upgrades by state.");
        foreach (var state in Enum.GetValues<UpgradeState>())
        {
            text.Sample(upgrades.ByState.GetValueOrDefault(state), ("state", state.ToString()));
        }

        text.Family("theseus_line_stopped", "gauge", "Whether the line is stopped: 1 or 0.")
            .Sample(await plane.Upgrades.GetLineStopAsync(context.RequestAborted).ConfigureAwait(false) is null ? 0 : 1);
        text.Family("theseus_alert", "gauge", "Alerts that are not cleared: 1 for each.");
        foreach (var alert in plane.Monitor.Alerts.Where(alert => alert.State != AlertState.Cleared))
        {
            text.Sample(1, ("rule", alert.Rule), ("subject", alert.Subject), ("severity", alert.Severity.ToString()), ("state", alert.State.ToString()));
        }

        return Results.Content(text.ToString(), PrometheusText.MediaType);
    }

    private static void Nodes(PrometheusText text, IReadOnlyList<NodeStatus> nodes)
    {
        text.Family("theseus_nodes", "gauge", "Nodes by whether they can be counted on.");
        foreach (var state in Enum.GetValues<NodeState>())
        {
            text.Sample(nodes.Count(node => node.State == state), ("state", state.ToString()));
        }

        var measured = nodes.Where(node => node is { State: NodeState.Alive or NodeState.Suspect, Report.Process: not null }).Select(node => (node.Name, Process: node.Report!.Process!)).ToList();
        Each("theseus_node_processor_seconds_total", "counter", "Processor time that the node's process has used.", one => one.ProcessorTime.TotalSeconds);
        Each("theseus_node_working_set_bytes", "gauge", "Memory of the node's process that is in the machine's memory.", one => one.WorkingSetBytes);
        Each("theseus_node_heap_bytes", "gauge", "Managed heap after the last collection.", one => one.HeapBytes);
        Each("theseus_node_allocated_bytes_total", "counter", "What was allocated on the managed heap.", one => one.AllocatedBytes);
        Each("theseus_node_collection_pause_seconds_total", "counter", "Time for which threads stood still for the garbage collector.", one => one.CollectionPauses.TotalSeconds);
        Each("theseus_node_pool_threads", "gauge", "Threads in the thread pool.", one => one.PoolThreads);
        Each("theseus_node_pool_queue", "gauge", "Work that waits for a thread of the pool.", one => one.PoolQueue);
        Each("theseus_node_exceptions_total", "counter", "Exceptions that were thrown, those that were caught included.", one => one.Exceptions);
        Each("theseus_node_lock_contentions_total", "counter", "Times that a thread waited for a monitor's lock.", one => one.LockContentions);

        void Each(string name, string type, string help, Func<Fleet.ProcessMetrics, double> value)
        {
            text.Family(name, type, help);
            foreach (var (node, process) in measured)
            {
                text.Sample(value(process), ("node", node));
            }
        }
    }

    private static void Components(PrometheusText text, PerformanceMonitor monitor)
    {
        var totals = monitor.CallsByMethod;
        text.Family("theseus_component_calls_total", "counter", "Calls over all nodes, since this control plane looks at them.");
        foreach (var one in totals)
        {
            text.Sample(one.Answered, ("component", one.Component), ("release", one.Version), ("method", one.Method), ("outcome", "answered"));
            text.Sample(one.Failed, ("component", one.Component), ("release", one.Version), ("method", one.Method), ("outcome", "failed"));
        }

        text.Family("theseus_component_call_duration_seconds", "histogram", "How long answered calls took, of those that were timed.");
        foreach (var one in totals)
        {
            text.Histogram(
                s_bounds.Select(bound => (bound, one.Latency.CountAtMost(TimeSpan.FromSeconds(bound)))),
                one.Latency.SumNanoseconds / 1e9,
                one.Latency.Count,
                ("component", one.Component), ("release", one.Version), ("method", one.Method));
        }
    }
}
