using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Control.Monitoring;
using Theseus.Control.Upgrades;

namespace Theseus.Server;

/// <summary>How the API writes JSON, for its callers too: upgrades, components and audit as they are stored, and what only the API has.</summary>
public static class ApiJson
{
    /// <summary>For every type that the API takes and gives. Unchangeable; thread-safe.</summary>
    public static JsonSerializerOptions Options { get; } = Make();

    /// <summary>How one type is written.</summary>
    /// <typeparam name="T">A type that the API takes or gives.</typeparam>
    /// <exception cref="NotSupportedException">It is none of these.</exception>
    public static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions Make()
    {
        // A copy, for its converters, to which those of the others are added: a resolver alone does not bring them along.
        var options = new JsonSerializerOptions(UpgradeJson.Default.Options)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine(UpgradeJson.Default.WithAddedModifier(ShowDigest), ComponentJson.Default, RollbackJson.Default, AuditJson.Default, TaskJson.Default, ApiTypes.Default),
            // It is never put into HTML, and people read it.
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        foreach (var converter in ComponentJson.Default.Options.Converters)
        {
            options.Converters.Add(converter);
        }

        options.MakeReadOnly();
        return options;
    }

    /// <summary>A stored plan has no digest, since it is computed; whoever approves a plan has to see it.</summary>
    private static void ShowDigest(JsonTypeInfo type)
    {
        if (type.Type == typeof(UpgradePlan))
        {
            // What is ignored stays so, whatever is set of it: another property takes its place.
            type.Properties.Remove(type.Properties.Single(property => property.Name == "digest"));
            var digest = type.CreateJsonPropertyInfo(typeof(string), "digest");
            digest.Get = plan => ((UpgradePlan)plan).Digest;
            type.Properties.Add(digest);
        }
    }
}

/// <summary>The types that only the API has.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(ServerHealth))]
[JsonSerializable(typeof(ServerStatus))]
[JsonSerializable(typeof(LineStatus))]
[JsonSerializable(typeof(LineStopped))]
[JsonSerializable(typeof(Page<UpgradeRecord>))]
[JsonSerializable(typeof(Page<NodeStatus>))]
[JsonSerializable(typeof(NodeStatus))]
[JsonSerializable(typeof(NodeBody))]
[JsonSerializable(typeof(Page<ConvergingNode>))]
[JsonSerializable(typeof(Page<AuditRecord>))]
[JsonSerializable(typeof(Page<TokenView>))]
[JsonSerializable(typeof(Page<RollbackOffer>))]
[JsonSerializable(typeof(Page<ComponentDescriptor>))]
[JsonSerializable(typeof(Page<LifecycleChange>))]
[JsonSerializable(typeof(Page<DistributedTask>))]
[JsonSerializable(typeof(TaskStatistics))]
[JsonSerializable(typeof(Page<MonitoredMetricView>))]
[JsonSerializable(typeof(MetricSeries))]
[JsonSerializable(typeof(Page<AlertRule>))]
[JsonSerializable(typeof(Page<Alert>))]
[JsonSerializable(typeof(Alert))]
[JsonSerializable(typeof(TaskBody))]
[JsonSerializable(typeof(TaskBatchBody))]
[JsonSerializable(typeof(UpgradeBody))]
[JsonSerializable(typeof(UpgradePlanView))]
[JsonSerializable(typeof(OrderBody))]
[JsonSerializable(typeof(RollbackBody))]
[JsonSerializable(typeof(ApprovalBody))]
[JsonSerializable(typeof(EmergencyBody))]
[JsonSerializable(typeof(EmergencyView))]
[JsonSerializable(typeof(ComponentBody))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(TokenView))]
[JsonSerializable(typeof(NewTokenView))]
[JsonSerializable(typeof(ComponentDependencies))]
[JsonSerializable(typeof(DependencyOverview))]
[JsonSerializable(typeof(ReleasePage))]
[JsonSerializable(typeof(ComponentPath))]
[JsonSerializable(typeof(AuditRecord))]
[JsonSerializable(typeof(AuditVerification))]
internal sealed partial class ApiTypes : JsonSerializerContext;
