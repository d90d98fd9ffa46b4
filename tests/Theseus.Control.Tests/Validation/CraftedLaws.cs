using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Theseus.Control.Tests.Validation;

/// <summary>Assemblies that no compiler wrote: whoever looks into them must come out again.</summary>
public sealed class CraftedLaws : IDisposable
{
    private readonly Scene _scene = new();

    public static TheoryData<string> Crafts => ["nested in a circle", "a reference nested in a circle", "a signature nested without end", "a specification of itself"];

    public void Dispose() => _scene.Dispose();

    [Theory]
    [MemberData(nameof(Crafts))]
    public async Task MetadataThatLeadsNowhereIsAnErrorAndEndsNoProcess(string craft)
    {
        var near = Compiled.Compile("Near", "namespace Near; public class Use { public int Count; }");
        _scene.Put(
            "2.0.0",
            code: Compiled.Compile("Prices", "using Shop; public sealed class Prices : IPrices { public int Of(string name) => new Near.Use().Count; }", Scene.Contract, near),
            files: ("lib/net10.0/Near.dll", Craft(craft)));
        var report = await _scene.ValidateAsync(_scene.Upgrade());

        Assert.Contains(report.Stopping, one => one.Rule == UpgradeRules.MembersResolve && one.Message.StartsWith("The rule failed with ", StringComparison.Ordinal));
    }

    private static byte[] Craft(string craft)
    {
        var metadata = new MetadataBuilder();
        metadata.AddModule(0, metadata.GetOrAddString("Near.dll"), metadata.GetOrAddGuid(Guid.Empty), default, default);
        metadata.AddAssembly(metadata.GetOrAddString("Near"), new(0, 0, 0, 0), default, default, 0, AssemblyHashAlgorithm.None);
        var shared = metadata.AddAssemblyReference(metadata.GetOrAddString("Shop.Contract"), new(1, 0, 0, 0), default, default, 0, default);
        metadata.AddTypeDefinition(0, default, metadata.GetOrAddString("<Module>"), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));
        var prices = metadata.AddTypeReference(shared, metadata.GetOrAddString("Shop"), metadata.GetOrAddString("IPrices"));
        switch (craft)
        {
            case "nested in a circle":
                var (one, other) = (Nested("One"), Nested("Other"));
                metadata.AddNestedType(one, other);
                metadata.AddNestedType(other, one);
                break;
            case "a reference nested in a circle":
                metadata.AddTypeReference(MetadataTokens.TypeReferenceHandle(3), default, metadata.GetOrAddString("One"));
                metadata.AddTypeReference(MetadataTokens.TypeReferenceHandle(2), default, metadata.GetOrAddString("Other"));
                break;
            case "a signature nested without end":
                // A field whose type is an array of arrays of arrays.
                metadata.AddMemberReference(prices, metadata.GetOrAddString("Deep"), metadata.GetOrAddBlob((byte[])[0x06, .. Enumerable.Repeat((byte)0x1D, 900_000), 0x08]));
                break;
            default:
                // class <the specification itself>
                var itself = metadata.GetOrAddBlob((byte[])[0x12, (1 << 2) | 2]);
                metadata.AddTypeSpecification(itself);
                metadata.AddMemberReference(prices, metadata.GetOrAddString("Itself"), metadata.GetOrAddBlob((byte[])[0x06, 0x12, (1 << 2) | 2]));
                break;
        }

        var image = new BlobBuilder();
        new ManagedPEBuilder(PEHeaderBuilder.CreateLibraryHeader(), new MetadataRootBuilder(metadata), new BlobBuilder()).Serialize(image);
        return image.ToArray();

        TypeDefinitionHandle Nested(string name) =>
            metadata.AddTypeDefinition(TypeAttributes.NestedPublic, default, metadata.GetOrAddString(name), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));
    }
}
