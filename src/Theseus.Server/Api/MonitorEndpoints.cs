using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Theseus.Control.Monitoring;
using Theseus.Server.Access;

namespace Theseus.Server.Api;

/// <summary>The fleet over time: its metrics, and its alerts.</summary>
internal static class MonitorEndpoints
{
    private const int LongestWindow = 7 * 24 * 3600;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/monitor", Metrics).Describes<Page<MonitoredMetricView>>("MonitoredMetrics", "The metrics that the fleet is monitored by, and what each is known of.");
        api.MapGet("/monitor/{metric}", Series).Describes<MetricSeries>("MetricSeries", "What a metric was over time, of one subject; the oldest first.").Refuses(StatusCodes.Status404NotFound);
        api.MapGet("/alert-rules", (ControlPlane plane) => Answers.Ok(new Page<AlertRule>(plane.Monitor.Rules))).Describes<Page<AlertRule>>("AlertRules", "What alerts are raised by.");
        api.MapGet("/alerts", Alerts).Describes<Page<Alert>>("Alerts", "The alerts that are not cleared, and then those that were, as far as they are kept; each the newest first.");
        api.MapGet("/alerts/{id}", (ControlPlane plane, string id) => Answers.Ok(plane.Monitor.FindAlert(id) ?? throw Unknown(id))).Describes<Alert>("Alert", "One alert, as it stands.").Refuses(StatusCodes.Status404NotFound);
        api.MapPost("/alerts/{id}/acknowledge", AcknowledgeAsync).RequireAuthorization(AccessPolicies.Operate).Takes<OrderBody>(isOptional: true)
            .Describes<Alert>("AcknowledgeAlert", "Notes that somebody looks at an alert. To say so again, or of one that is cleared, changes nothing.").Refuses(StatusCodes.Status404NotFound);
    }

    private static IResult Metrics(ControlPlane plane) =>
        Answers.Ok(new Page<MonitoredMetricView>([.. MonitoredMetric.All.Select(metric => new MonitoredMetricView(metric.Name, metric.Scope, metric.Unit, metric.Meaning, plane.Monitor.SubjectsOf(metric.Name)))]));

    private static IResult Series(
        ControlPlane plane,
        string metric,
        [Description("What it is of: a node's or component's name, or an upgrade's id. Left out for a metric of the fleet.")] string? subject,
        [Description("How far back, in seconds, from 1 to 604800; 3600 if left out.")] string? seconds)
    {
        if (MonitoredMetric.Find(metric) is not { } known)
        {
            throw Problem.Of(ErrorCode.UnknownMetric, $"There is no metric '{metric}'. There is: {string.Join(", ", MonitoredMetric.All.Select(one => one.Name))}.");
        }

        if (known.Scope == MetricScope.Fleet != string.IsNullOrEmpty(subject))
        {
            throw Problem.Invalid("subject", known.Scope == MetricScope.Fleet ? "The metric is of the fleet as a whole; leave the subject out." : $"The metric is of each {known.Scope.ToString().ToLowerInvariant()}; say of which.");
        }

        var window = 3600;
        if (seconds is not null && (!int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out window) || window is < 1 or > LongestWindow))
        {
            throw Problem.Invalid("seconds", "It has to be a number from 1 to 604800.");
        }

        return Answers.Ok(new MetricSeries(known.Name, subject ?? "", known.Unit, plane.Monitor.Read(new SeriesId(known.Name, subject ?? ""), TimeSpan.FromSeconds(window))));
    }

    private static IResult Alerts(ControlPlane plane, [Description("Whether only those are told that are not cleared: true or false, the default.")] string? open)
    {
        if (open is not (null or "true" or "false"))
        {
            throw Problem.Invalid("open", "It has to be true or false.");
        }

        return Answers.Ok(new Page<Alert>([.. plane.Monitor.Alerts.Where(alert => open != "true" || alert.State != AlertState.Cleared)]));
    }

    private static async Task<IResult> AcknowledgeAsync(HttpContext context, ControlPlane plane, string id)
    {
        var body = await JsonBody.ReadAsync(context, isOptional: true).ConfigureAwait(false);
        var why = body.Text("why");
        body.ThrowIfFaulty();
        return Answers.Ok(plane.Monitor.Acknowledge(id, Caller.Name(context), why ?? "") ?? throw Unknown(id));
    }

    private static Exception Unknown(string id) => Problem.Of(ErrorCode.UnknownAlert, $"There is no alert {id}. Those that were cleared are kept for a while, and none over a restart.");
}
