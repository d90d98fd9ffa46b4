using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Theseus.Cli.Tests.Telemetry;

/// <summary>A span that came.</summary>
internal sealed record ReceivedSpan(string Service, string Instance, string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Tags);

/// <summary>A metric's value that came.</summary>
internal sealed record ReceivedPoint(string Service, string Meter, string Name, string Unit, double Value, IReadOnlyDictionary<string, string> Tags);

/// <summary>A log record that came.</summary>
internal sealed record ReceivedLog(string Service, string Text, string Trace, string Span);

/// <summary>
/// Takes what is sent by OTLP over HTTP, on a free port of this machine. Knows of the protocol's messages the fields that
/// are looked at here, by their numbers in opentelemetry-proto 1.x.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _application;

    private OtlpReceiver(WebApplication application) => _application = application;

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = [];

    public ConcurrentQueue<ReceivedPoint> Points { get; } = [];

    public ConcurrentQueue<ReceivedLog> Logs { get; } = [];

    public string Address => _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var application = builder.Build();
        var receiver = new OtlpReceiver(application);
        application.Run(receiver.TakeAsync);
        await application.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var sent = new ProtobufMessage(body.ToArray());
        // Each request is a list of resources, each of scopes, each of what the signal is of.
        foreach (var resource in sent.Messages(1))
        {
            var tags = Tags(resource.Messages(1).First(), 1);
            var (service, instance) = (tags["service.name"], tags["service.instance.id"]);
            foreach (var scope in resource.Messages(2))
            {
                var name = scope.Messages(1).First().Text(1);
                foreach (var one in scope.Messages(2))
                {
                    Take(context.Request.Path, service, instance, name, one);
                }
            }
        }
    }

    private void Take(string path, string service, string instance, string scope, ProtobufMessage one)
    {
        switch (path)
        {
            case "/v1/traces":
                Spans.Enqueue(new(service, instance, one.Hex(1), one.Hex(2), one.Hex(4), one.Text(5), Tags(one, 9)));
                break;
            case "/v1/metrics":
                foreach (var point in ((int[])[5, 7]).SelectMany(one.Messages).SelectMany(data => data.Messages(1)))
                {
                    Points.Enqueue(new(service, scope, one.Text(1), one.Text(3), point.Has(4) ? BitConverter.UInt64BitsToDouble(point.Scalar(4)) : (long)point.Scalar(6), Tags(point, 7)));
                }

                break;
            case "/v1/logs":
                Logs.Enqueue(new(service, one.Messages(5).Select(body => body.Text(1)).FirstOrDefault() ?? "", one.Hex(9), one.Hex(10)));
                break;
        }
    }

    private static Dictionary<string, string> Tags(ProtobufMessage message, int field)
    {
        var tags = new Dictionary<string, string>();
        foreach (var tag in message.Messages(field))
        {
            var value = tag.Messages(2).First();
            tags[tag.Text(1)] = value.Has(1) ? value.Text(1) : value.Has(4) ? BitConverter.UInt64BitsToDouble(value.Scalar(4)).ToString(System.Globalization.CultureInfo.InvariantCulture) : value.Scalar(3).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return tags;
    }
}
