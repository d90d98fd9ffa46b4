using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Theseus.Control;
using Theseus.Control.Monitoring;
using Theseus.Samples;

namespace Theseus.Server.Tests;

/// <summary>The fleet over time, its alerts, and what Prometheus scrapes, by nothing but HTTP.</summary>
public sealed partial class MonitorCallLaws
{
    private static Task<RunningServer> StartAsync() => RunningServer.StartWithNodeAsync(options =>
    {
        var monitor = options.ControlPlane.Monitor;
        monitor.Interval = TimeSpan.FromMilliseconds(100);
        monitor.Rules.Clear();
        monitor.Rules.Add(new AlertRule { Name = "any-node", Metric = "nodes.alive", Aggregate = AlertAggregate.Last, Window = TimeSpan.FromSeconds(1), Threshold = 0, Text = "There \"is\" one." });
    });

    [Fact]
    public async Task MetricsAreToldBySubjectOverTime()
    {
        await using var server = await StartAsync();
        var viewer = await server.ClientAsync(AccessRole.Viewer);
        await server.UntilAsync(() => server.Server.ControlPlane.Monitor.Read(new("node.processor", "node1"), TimeSpan.FromHours(1)).Count > 2);

        var metrics = (await viewer.ReadAsync<Page<MonitoredMetricView>>("/monitor")).Items;
        Assert.Equal(MonitoredMetric.All.Select(metric => metric.Name), metrics.Select(metric => metric.Name));
        Assert.Equal(["node1"], metrics.Single(metric => metric.Name == "node.processor").Subjects);
        var series = await viewer.ReadAsync<MetricSeries>("/monitor/node.processor?subject=node1&seconds=60");
        Assert.Equal(("node.processor", "node1", "1"), (series.Metric, series.Subject, series.Unit));
        Assert.True(series.Points.Count > 2);
        Assert.All(series.Points, point => Assert.InRange(point.Value, 0, 2));
        Assert.Equal(series.Points.OrderBy(point => point.At), series.Points);

        foreach (var (path, at) in new[] { ("/monitor/node.processor", "subject"), ("/monitor/nodes.alive?subject=node1", "subject"), ("/monitor/nodes.alive?seconds=0", "seconds"), ("/monitor/nodes.alive?seconds=x", "seconds"), ("/alerts?open=maybe", "open") })
        {
            using var answer = await viewer.GetAsync($"/api/v1{path}");
            Assert.Equal(at, Assert.Single((await answer.AsProblemAsync(ErrorCode.InvalidRequest)).Errors).At);
        }
    }

    [Fact]
    public async Task AnAlertIsListedAndAcknowledgedByWhoMaySteer()
    {
        await using var server = await StartAsync();
        var anna = await server.ClientAsync(AccessRole.Operator, "anna");
        await server.UntilAsync(() => server.Server.ControlPlane.Monitor.Alerts.Count > 0);

        Assert.Equal("any-node", Assert.Single((await anna.ReadAsync<Page<AlertRule>>("/alert-rules")).Items).Name);
        var alert = Assert.Single((await anna.ReadAsync<Page<Alert>>("/alerts?open=true")).Items);
        Assert.Equal((AlertState.Raised, 1d, "any-node"), (alert.State, alert.Value, alert.Rule));
        using var seen = await anna.PostAsync($"/alerts/{alert.Id}/acknowledge", """{ "why": "I look." }""");
        Assert.Equal((AlertState.Acknowledged, "anna", "I look."), await seen.AsAsync<Alert>(HttpStatusCode.OK) is var now ? (now.State, now.AcknowledgedBy, now.Note) : default);
        Assert.Equal(now, await anna.ReadAsync<Alert>($"/alerts/{alert.Id}"));
        var viewer = await server.ClientAsync(AccessRole.Viewer);
        using var refused = await viewer.PostAsync($"/alerts/{alert.Id}/acknowledge", "{}");
        await refused.AsProblemAsync(ErrorCode.Forbidden);
    }

    [Fact]
    public async Task WhatPrometheusScrapesIsWellFormedAndHasTheCallsOfEachRelease()
    {
        await using var server = await StartAsync();
        var before = await ScrapeAsync(server);
        Assert.Equal(1, before["theseus_nodes{state=\"Alive\"}"]);
        Assert.Equal(1, before["theseus_alert{rule=\"any-node\",subject=\"\",severity=\"Warning\",state=\"Raised\"}"]);
        const string Labels = "component=\"markdown\",release=\"1.0.0\",method=\"Render(string)\"";
        await server.UntilAsync(() => server.Server.ControlPlane.Monitor.Read(new("component.calls", "markdown"), TimeSpan.FromHours(1)).Count > 0);
        for (var call = 0; call < 80; call++)
        {
            server.Get<IMarkdownRenderer>().Render("# One");
        }

        Assert.Throws<ArgumentNullException>(() => server.Get<IMarkdownRenderer>().Render(null!));
        await server.UntilAsync(() => server.Server.ControlPlane.Monitor.CallsByMethod is [{ Answered: 80, Failed: 1 }]);

        var now = await ScrapeAsync(server);
        Assert.Equal(80, now[$"theseus_component_calls_total{{{Labels},outcome=\"answered\"}}"]);
        Assert.Equal(1, now[$"theseus_component_calls_total{{{Labels},outcome=\"failed\"}}"]);
        var timed = now[$"theseus_component_call_duration_seconds_count{{{Labels}}}"];
        Assert.InRange(timed, 5, 80);
        Assert.Equal(timed, now[$"theseus_component_call_duration_seconds_bucket{{{Labels},le=\"+Inf\"}}"]);
        var buckets = now.Where(one => one.Key.StartsWith($"theseus_component_call_duration_seconds_bucket{{{Labels}", StringComparison.Ordinal)).Select(one => one.Value).ToList();
        Assert.Equal(buckets.Order(), buckets);
        Assert.True(now[$"theseus_component_call_duration_seconds_sum{{{Labels}}}"] > 0);
        Assert.True(now["theseus_node_processor_seconds_total{node=\"node1\"}"] > before["theseus_node_processor_seconds_total{node=\"node1\"}"]);
        Assert.Equal(0, now["theseus_upgrades{state=\"Completed\"}"]);
    }

    [Fact]
    public async Task EveryMetricOfTheDashboardIsOneThatThereIsWithItsLabels()
    {
        await using var server = await StartAsync();
        await server.UntilAsync(() => server.Server.ControlPlane.Monitor.Alerts.Count > 0 && server.Server.ControlPlane.Monitor.Read(new("component.calls", "markdown"), TimeSpan.FromHours(1)).Count > 0);
        server.Get<IMarkdownRenderer>().Render("# One");
        await server.UntilAsync(() => server.Server.ControlPlane.Monitor.CallsByMethod.Count > 0);
        var known = (await ScrapeAsync(server)).Keys.ToList();
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(JoinedNode.Releases, "..", "..", "deploy", "grafana", "theseus.json")));

        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        var queries = panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!).ToList();
        Assert.NotEmpty(queries);
        foreach (var query in queries)
        {
            var names = Selector().Matches(query);
            Assert.NotEmpty(names);
            foreach (Match name in names)
            {
                var samples = known.Where(sample => sample.Split('{')[0] == name.Groups[1].Value).ToList();
                Assert.True(samples.Count > 0, $"{name.Groups[1].Value} in {query}");
                foreach (Match matcher in Matcher().Matches(name.Groups[2].Value))
                {
                    Assert.All(samples, sample => Assert.Contains($"{matcher.Groups[1].Value}=\"", sample));
                    // A value that is asked for is one that there is; the variable stands for any.
                    Assert.All(matcher.Groups[2].Value.Split('|').Where(value => value != "$component"), value => Assert.Contains(samples, sample => sample.Contains($"{matcher.Groups[1].Value}=\"{value}\"", StringComparison.Ordinal)));
                }
            }

            Assert.All(Grouping().Matches(query).SelectMany(by => by.Groups[1].Value.Split(", ")).Where(label => label != "instance"), label => Assert.Contains(known, sample => sample.StartsWith("theseus_", StringComparison.Ordinal) && sample.Contains($"{label}=\"", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void LabelsAreEscaped() => Assert.Equal(
        "# HELP a b\n# TYPE a gauge\na{x=\"\\\\ \\\" \\n é\",y=\"\"} 1.5\na 2\n",
        new Api.PrometheusText().Family("a", "gauge", "b").Sample(1.5, ("x", "\\ \" \n é"), ("y", "")).Sample(2).ToString());

    /// <summary>All samples, by name and labels; read as the format's description has it, and nothing else is let through.</summary>
    private static async Task<Dictionary<string, double>> ScrapeAsync(RunningServer server)
    {
        using var answer = await server.Admin.GetAsync("/api/v1/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var text = await answer.Content.ReadAsStringAsync();
        Assert.EndsWith("\n", text);
        var samples = new Dictionary<string, double>();
        var (family, type, families) = ("", "", new HashSet<string>());
        foreach (var line in text[..^1].Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                family = help.Groups[1].Value;
                Assert.True(families.Add(family), line);
            }
            else if (Type().Match(line) is { Success: true } told)
            {
                Assert.Equal(family, told.Groups[1].Value);
                type = told.Groups[2].Value;
                Assert.True(type != "counter" || family.EndsWith("_total", StringComparison.Ordinal), line);
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                Assert.True(sample.Groups[1].Value == family || (type == "histogram" && ((string[])["_bucket", "_sum", "_count"]).Contains(sample.Groups[1].Value[family.Length..])), line);
                Assert.True(samples.TryAdd($"{sample.Groups[1].Value}{sample.Groups[2].Value}", double.Parse(sample.Groups[3].Value, CultureInfo.InvariantCulture)), line);
            }
        }

        return samples;
    }

    [GeneratedRegex("(theseus_[a-z_]+)(\\{[^}]*\\})?")]
    private static partial Regex Selector();

    [GeneratedRegex("([a-z]+)=~?\"([^\"]*)\"")]
    private static partial Regex Matcher();

    [GeneratedRegex("by \\(([a-z, ]+)\\)")]
    private static partial Regex Grouping();

    [GeneratedRegex("^# HELP ([a-z_]+) \\S.*$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE ([a-z_]+) (gauge|counter|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex("^([a-z_]+)((?:\\{(?:[a-z]+=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)*\\})?) (-?[0-9.]+(?:E[+-]?[0-9]+)?)$")]
    private static partial Regex Sample();
}
