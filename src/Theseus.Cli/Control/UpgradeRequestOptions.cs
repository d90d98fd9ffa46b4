using System.CommandLine;
using System.Text.Json.Nodes;
using Theseus.Control;
using Theseus.Control.Upgrades;

namespace Theseus.Cli.Control;

/// <summary>What an upgrade is asked for with: the arguments of <c>theseus upgrade plan</c> and <c>start</c>.</summary>
internal sealed class UpgradeRequestOptions
{
    private readonly Argument<string[]> _targets = new("target") { Description = "What is to have which version, like markdown=2.0.0; several that belong together one after another.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<UpgradeStrategy> _strategy = new("--strategy") { Description = "How it goes.", DefaultValueFactory = static _ => UpgradeStrategy.Canary };
    private readonly Option<string[]> _parameters = new("--set") { Description = "A parameter of the strategy, like observe=5m or nodes=10%; may be given again.", HelpName = "NAME=VALUE", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _settings = new("--setting") { Description = "A setting that the release is run with, like markdown:Cache:Size=100; may be given again. Without any, those of now stay.", HelpName = "COMPONENT:KEY=VALUE", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _nodes = new("--node") { Description = "A node; may be given again. Without any, all that have the components.", DefaultValueFactory = static _ => [] };
    private readonly Option<FailureAction> _onFailure = new("--on-failure") { Description = "What is done when a wave fails.", DefaultValueFactory = static _ => FailureAction.RollBack };
    private readonly Option<bool> _needsApproval = new("--needs-approval") { Description = "Have someone else approve the plan before it runs." };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for the record." };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_targets);
        foreach (var option in new Option[] { _strategy, _parameters, _settings, _nodes, _onFailure, _needsApproval, _reason })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            Check(result.GetValue(_targets) ?? [], "A target is written like markdown=2.0.0");
            Check(result.GetValue(_parameters) ?? [], "A parameter is written like observe=5m");
            Check(result.GetValue(_settings) ?? [], "A setting is written like markdown:Cache:Size=100", text => text.IndexOf(':') > 0);

            void Check(string[] texts, string form, Func<string, bool>? isName = null)
            {
                foreach (var text in texts.Where(text => text.IndexOf('=') <= 0 || (isName is not null && !isName(text[..text.IndexOf('=')]))))
                {
                    result.AddError($"{form}; '{text}' was given.");
                }
            }
        });
    }

    public JsonObject Read(ParseResult parsed)
    {
        var settings = (parsed.GetValue(_settings) ?? []).Select(Split).Select(one => (Component: one.Name[..one.Name.IndexOf(':')], Key: one.Name[(one.Name.IndexOf(':') + 1)..], one.Value)).ToLookup(one => one.Component, StringComparer.Ordinal);
        var body = new JsonObject
        {
            ["targets"] = new JsonArray([.. (parsed.GetValue(_targets) ?? []).Select(Split).Select(target =>
            {
                var one = new JsonObject { ["component"] = target.Name, ["version"] = target.Value };
                if (settings.Contains(target.Name))
                {
                    one["settings"] = Texts(settings[target.Name].Select(setting => (setting.Key, setting.Value)));
                }

                return (JsonNode)one;
            })]),
            ["strategy"] = parsed.GetValue(_strategy).ToString(),
            ["parameters"] = Texts((parsed.GetValue(_parameters) ?? []).Select(Split)),
            ["nodes"] = new JsonArray([.. (parsed.GetValue(_nodes) ?? []).Select(node => (JsonNode)node)]),
            ["onFailure"] = parsed.GetValue(_onFailure).ToString(),
            ["needsApproval"] = parsed.GetValue(_needsApproval),
        };
        if (parsed.GetValue(_reason) is { } reason)
        {
            body["reason"] = reason;
        }

        return body;
    }

    private static (string Name, string Value) Split(string text) => (text[..text.IndexOf('=')], text[(text.IndexOf('=') + 1)..]);

    private static JsonObject Texts(IEnumerable<(string Key, string Value)> values)
    {
        var texts = new JsonObject();
        foreach (var (key, value) in values)
        {
            texts[key] = value;
        }

        return texts;
    }
}
