using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Theseus.Control.Monitoring;
using Theseus.Fleet;
using Theseus.Runtime;

namespace Theseus.Cli.Telemetry;

/// <summary>
/// Sends traces, metrics and logs of this process to an OpenTelemetry collector, as the standard's environment variables say;
/// nothing where none of them names an endpoint. What is left to send is sent when it is disposed of.
/// </summary>
/// <remarks>
/// The variables are those of the OpenTelemetry specification ("Environment Variable Specification" and "OTLP Exporter
/// Configuration"). The SDK reads most of them itself; here is read only whether a signal is wanted at all, and what it would
/// pass over without a word if it were wrong.
/// </remarks>
internal sealed class OtlpExport : IDisposable
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static readonly string[] s_protocols = ["grpc", "http/protobuf"];

    private readonly string _service;
    private readonly string _instance;
    private readonly bool _withLogs;
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private OtlpExport(string service, string instance, Func<string, bool> isWanted)
    {
        (_service, _instance, _withLogs) = (service, instance, isWanted("LOGS"));
        _traces = isWanted("TRACES") ? Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Resource()).AddSource(UpgradeTraces.SourceName).AddOtlpExporter().Build() : null;
        _metrics = isWanted("METRICS")
            ? Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource()).AddMeter(MetricsCollector.MeterName, PerformanceMonitor.MeterName, "System.Runtime").AddOtlpExporter().Build()
            : null;
    }

    /// <summary>Begins to send what the environment says is wanted.</summary>
    /// <param name="environment">Reads a variable; null when it is not set, or empty.</param>
    /// <param name="service">The service's name, where OTEL_SERVICE_NAME does not say another.</param>
    /// <param name="instance">What tells this process from others of the service.</param>
    /// <exception cref="ArgumentException">A variable cannot be used; the message says which, and what to write.</exception>
    public static OtlpExport Start(Func<string, string?> environment, string service, string instance)
    {
        var isOff = string.Equals(environment("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase);
        foreach (var signal in isOff ? [] : (string[])["", "TRACES_", "METRICS_", "LOGS_"])
        {
            Check(environment, $"OTEL_EXPORTER_OTLP_{signal}ENDPOINT", $"OTEL_EXPORTER_OTLP_{signal}PROTOCOL");
        }

        return new OtlpExport(service, instance, signal => !isOff
            && (environment(EndpointVariable) ?? environment($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")) is not null
            && environment($"OTEL_{signal}_EXPORTER") is null or "otlp");
    }

    /// <summary>Sends what is logged, too, if that is wanted. At information and above.</summary>
    public void AddTo(ILoggingBuilder logging)
    {
        if (_withLogs)
        {
            logging.AddOpenTelemetry(logs =>
            {
                logs.IncludeFormattedMessage = true;
                logs.SetResourceBuilder(Resource()).AddOtlpExporter();
            });
        }
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    // What the environment says comes last, so that it stands.
    private ResourceBuilder Resource() => ResourceBuilder.CreateEmpty().AddService(_service, serviceInstanceId: _instance).AddTelemetrySdk().AddEnvironmentVariableDetector();

    private static void Check(Func<string, string?> environment, string endpoint, string protocol)
    {
        if (environment(endpoint) is { } address && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            throw new ArgumentException($"The environment variable {endpoint} is no address: '{address}'. Write one like http://127.0.0.1:4317, or unset it.");
        }

        if (environment(protocol) is { } wanted && !s_protocols.Contains(wanted))
        {
            throw new ArgumentException($"The environment variable {protocol} has to be one of {string.Join(", ", s_protocols)}; it is '{wanted}'.");
        }
    }
}
