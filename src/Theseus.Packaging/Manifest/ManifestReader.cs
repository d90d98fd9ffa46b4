using System.Text.Json;

namespace Theseus.Packaging;

/// <summary>Turns JSON into a manifest and collects every fault on the way.</summary>
internal static class ManifestReader
{
    private static readonly JsonDocumentOptions options = new() { MaxDepth = 8 };

    public static ManifestReading Read(ReadOnlyMemory<byte> utf8)
    {
        var faults = new List<PackageFault>();
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, options);
        }
        catch (JsonException e)
        {
            faults.Add(new(FaultCode.ManifestMalformed, ReleaseManifest.FileName, $"It is not valid JSON: {e.Message}", "Pack the component again."));
            return new(null, faults);
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                faults.Add(new(FaultCode.ManifestMalformed, ReleaseManifest.FileName, "It is not a JSON object.", "Pack the component again."));
                return new(null, faults);
            }

            if (UnknownFormat(document.RootElement) is { } unknown)
                return new(null, [unknown]);
            var manifest = ReadManifest(new JsonMembers(document.RootElement, "", faults));
            return faults.Count == 0 ? new(manifest, []) : new(null, faults);
        }
    }

    // A later form may have other members: telling their faults by this form's rules would mislead.
    private static PackageFault? UnknownFormat(JsonElement root) =>
        root.TryGetProperty("format", out var format) && format.ValueKind == JsonValueKind.Number
        && format.TryGetInt32(out var number) && number != ReleaseManifest.CurrentFormat
            ? new(FaultCode.ManifestFormatUnknown, $"{ReleaseManifest.FileName}: format", $"Form {number} is not known.",
                $"Use a version of Theseus that reads form {number}, or pack the component with one that writes form {ReleaseManifest.CurrentFormat}.")
            : null;

    private static ReleaseManifest? ReadManifest(JsonMembers members)
    {
        var format = members.Number("format", 1, int.MaxValue);
        var component = members.Component("component");
        var version = members.Version("version");
        var framework = members.Text("targetFramework", ManifestRules.IsFramework, "a short framework name such as 'net10.0'");
        var contract = members.Object("contract", ReadContract);
        var entry = members.Object("entry", ReadEntry);
        var state = members.Object("state", ReadState);
        var upgradesFrom = members.Has("upgradesFrom") ? members.Range("upgradesFrom") : null;
        var dependencies = members.Array("dependencies", ReadDependency, d => d.Component);
        var resources = members.Object("resources", ReadResources);
        var shared = members.Array("sharedAssemblies", ReadShared, s => s.Name);
        var files = members.Array("files", ReadFile, f => f.Path);
        members.End();
        if (entry is not null && framework is not null && !entry.Assembly.StartsWith($"lib/{framework}/", StringComparison.Ordinal))
            members.Invalid("entry.assembly", $"It is not in 'lib/{framework}/', where the target framework says it should be.");
        if (dependencies is not null && component is not null && dependencies.Any(d => d.Component == component))
            members.Invalid("dependencies", "The component depends on itself.");
        if (files is not null && files.Any(f => string.Equals(f.Path, ReleaseManifest.FileName, StringComparison.OrdinalIgnoreCase)))
            members.Invalid("files", "The manifest lists itself.");
        return members.HasFaults ? null : new ReleaseManifest
        {
            Format = format,
            Component = component!,
            Version = version!,
            TargetFramework = framework!,
            Contract = contract!,
            Entry = entry!,
            State = state!,
            UpgradesFrom = upgradesFrom,
            Dependencies = dependencies!,
            Resources = resources!,
            SharedAssemblies = shared!,
            Files = files!,
        };
    }

    private static ContractReference? ReadContract(JsonMembers members)
    {
        var type = members.Text("type", ManifestRules.IsTypeName, "a type's full name");
        var assembly = members.Text("assembly", ManifestRules.IsAssemblyName, "an assembly's simple name");
        var version = members.Version("version");
        var range = members.Range("range");
        members.End();
        return members.HasFaults ? null : new(type!, assembly!, version!, range!);
    }

    private static EntryPoint? ReadEntry(JsonMembers members)
    {
        var assembly = members.Path("assembly");
        var type = members.Text("type", ManifestRules.IsTypeName, "a type's full name");
        members.End();
        return members.HasFaults ? null : new(assembly!, type!);
    }

    private static StateDeclaration? ReadState(JsonMembers members)
    {
        StateKind? kind = null;
        if (members.Text("kind", k => ManifestRules.KindOf(k) is not null, "'none', 'shared', 'transferred' or 'caughtUp'") is { } name)
            kind = ManifestRules.KindOf(name);
        var schema = members.Number("schema", 0, int.MaxValue);
        var sharedType = members.Has("sharedType") ? members.Text("sharedType", ManifestRules.IsQualifiedTypeName, "an assembly-qualified type name") : null;
        var migrations = members.Array("migrations", ReadMigration, m => $"{m.From} to {m.To}");
        members.End();
        if (kind is null || members.HasFaults)
            return null;
        if ((kind == StateKind.Shared) != (sharedType is not null))
            members.Invalid("sharedType", "It belongs to shared state, and shared state needs it.");
        if (kind.Value.Moves() != schema > 0)
            members.Invalid("schema", "It is 1 or greater where state is exported, and 0 where it is not.");
        if (migrations!.Any(m => m.To > schema))
            members.Invalid("migrations", $"A migration leads beyond the release's own schema, {schema}.");
        return members.HasFaults ? null : new(kind.Value, schema, sharedType, migrations!);
    }

    private static MigrationDeclaration? ReadMigration(JsonMembers members)
    {
        var from = members.Number("from", 1, int.MaxValue);
        var to = members.Number("to", 1, int.MaxValue);
        var reversible = members.Boolean("reversible");
        var changes = members.Boolean("changes");
        var type = members.Text("type", ManifestRules.IsTypeName, "a type's full name");
        members.End();
        if (!members.HasFaults && to <= from)
            members.Invalid("to", "It is not greater than 'from'.");
        return members.HasFaults ? null : new(from, to, reversible, changes, type!);
    }

    private static ComponentDependency? ReadDependency(JsonMembers members)
    {
        var component = members.Component("component");
        var range = members.Range("range");
        members.End();
        return members.HasFaults ? null : new(component!, range!);
    }

    private static ResourceNeeds? ReadResources(JsonMembers members)
    {
        var memory = members.Number("memoryMebibytes", 0, int.MaxValue);
        var cores = members.Number("millicores", 0, int.MaxValue);
        members.End();
        return members.HasFaults ? null : new(memory, cores);
    }

    private static SharedAssembly? ReadShared(JsonMembers members)
    {
        var name = members.Text("name", ManifestRules.IsAssemblyName, "an assembly's simple name");
        var version = members.Text("version", ManifestRules.IsAssemblyVersion, "a version of four numbers");
        members.End();
        return members.HasFaults ? null : new(name!, System.Version.Parse(version!));
    }

    private static ReleaseFile? ReadFile(JsonMembers members)
    {
        var path = members.Path("path");
        var size = members.LongNumber("size", 0, long.MaxValue);
        var sha = members.Text("sha256", ManifestRules.IsDigest, "64 lower-case hexadecimal digits");
        members.End();
        return members.HasFaults ? null : new(path!, size, sha!);
    }
}
