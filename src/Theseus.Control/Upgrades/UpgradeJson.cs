using System.Text.Json;
using System.Text.Json.Serialization;
using Theseus.Control.Analysis;

namespace Theseus.Control.Upgrades;

/// <summary>How upgrades are written as JSON: stored, sent and shown alike.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(AmountJson), typeof(ParametersJson)])]
[JsonSerializable(typeof(UpgradeRecord))]
[JsonSerializable(typeof(UpgradePlan))]
[JsonSerializable(typeof(JudgementFile))]
[JsonSerializable(typeof(UpgradeRequest))]
[JsonSerializable(typeof(ImmediateParameters))]
[JsonSerializable(typeof(RollingParameters))]
[JsonSerializable(typeof(BlueGreenParameters))]
[JsonSerializable(typeof(CanaryParameters))]
[JsonSerializable(typeof(GradualParameters))]
public sealed partial class UpgradeJson : JsonSerializerContext;

/// <summary>An amount is written as people write it.</summary>
internal sealed class AmountJson : JsonConverter<Amount>
{
    public override Amount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is var text && (Amount.TryParse(text, out var amount) || text == "0") ? amount : throw new JsonException("An amount is written like 3 or 25%.");

    public override void Write(Utf8JsonWriter writer, Amount value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>Parameters are written with their strategy, which says what type they have.</summary>
internal sealed class ParametersJson : JsonConverter<StrategyParameters>
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert == typeof(StrategyParameters);

    public override StrategyParameters Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var element = document.RootElement;
        if (!element.TryGetProperty("strategy", out var name) || !Enum.TryParse<UpgradeStrategy>(name.GetString(), ignoreCase: true, out var strategy) || !Enum.IsDefined(strategy))
        {
            throw new JsonException($"'strategy' has to be one of {string.Join(", ", Enum.GetNames<UpgradeStrategy>())}.");
        }

        return (StrategyParameters)element.Deserialize(options.GetTypeInfo(ParameterReader.Default(strategy).GetType()))!;
    }

    public override void Write(Utf8JsonWriter writer, StrategyParameters value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
}
