using System.CommandLine;
using System.Text.Json.Nodes;
using Theseus.Control.Distribution;

namespace Theseus.Cli.Control;

/// <summary>What a task is asked for with: the arguments of <c>theseus task start</c>.</summary>
internal sealed class TaskRequestOptions
{
    private readonly Argument<string> _kind = new("kind") { Description = "What to do: the name under which nodes have a handler." };
    private readonly Option<string?> _payload = new("--payload") { Description = "What the handler is given.", HelpName = "TEXT" };
    private readonly Option<FileInfo?> _payloadFile = new("--payload-file") { Description = "A file that has what the handler is given.", HelpName = "FILE" };
    private readonly Option<string[]> _nodes = new("--node") { Description = "A node that may do it; may be given again. Without any, each that has a handler.", DefaultValueFactory = static _ => [] };
    private readonly Option<string[]> _labels = ControlOptions.Labels("A label that a node has to have, like line=7; may be given again.");
    private readonly Option<string?> _spread = new("--spread") { Description = "The name of the tasks that are spread over failure domains together with it.", HelpName = "GROUP" };
    private readonly Option<WhenNodesAreGone?> _whenGone = new("--when-gone") { Description = "What becomes of it when all nodes that are named are gone; it waits by default." };
    private readonly Option<int?> _priority = new("--priority") { Description = "Higher ones are begun first, from -1000 to 1000; 0 by default.", HelpName = "NUMBER" };
    private readonly Option<double?> _deadline = new("--deadline") { Description = "How long one attempt may take; 60 s by default.", HelpName = "SECONDS" };
    private readonly Option<double?> _expires = new("--expires-after") { Description = "After how long it is not begun any more; an hour by default.", HelpName = "SECONDS" };
    private readonly Option<int?> _attempts = new("--attempts") { Description = "How many attempts may fail, from 1 to 100; 5 by default.", HelpName = "COUNT" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_kind);
        foreach (var option in new Option[] { _payload, _payloadFile, _nodes, _labels, _spread, _whenGone, _priority, _deadline, _expires, _attempts })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(_payload) is not null && result.GetResult(_payloadFile) is not null)
            {
                result.AddError("Give --payload or --payload-file, not both.");
            }

            if (result.GetValue(_payloadFile) is { Exists: false } file)
            {
                result.AddError($"There is no file '{file.FullName}'.");
            }
        });
    }

    public async Task<JsonObject> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["kind"] = parsed.GetRequiredValue(_kind) };
        var payload = parsed.GetValue(_payloadFile) is { } file ? await File.ReadAllTextAsync(file.FullName, cancellationToken).ConfigureAwait(false) : parsed.GetValue(_payload);
        (string Name, JsonNode? Value)[] members =
        [
            ("payload", payload),
            ("spreadGroup", parsed.GetValue(_spread)),
            ("whenGone", parsed.GetValue(_whenGone)?.ToString()),
            ("priority", parsed.GetValue(_priority)),
            ("deadlineSeconds", parsed.GetValue(_deadline)),
            ("expiresAfterSeconds", parsed.GetValue(_expires)),
            ("mostAttempts", parsed.GetValue(_attempts)),
            ("nodes", new JsonArray([.. (parsed.GetValue(_nodes) ?? []).Select(node => (JsonNode)node)])),
            ("labels", ControlOptions.Write(parsed.GetValue(_labels))),
        ];
        foreach (var (name, value) in members.Where(member => member.Value is not null))
        {
            body[name] = value;
        }

        return body;
    }
}
