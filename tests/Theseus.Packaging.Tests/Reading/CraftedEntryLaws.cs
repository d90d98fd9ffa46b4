using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using NuGet.Versioning;

namespace Theseus.Packaging.Tests.Reading;

public sealed class CraftedEntryLaws
{
    /// <summary>Following such types on the stack would end the process that looks for the entry's class.</summary>
    [Fact]
    public async Task TypesThatAreNestedInACircleAreAFaultOfThePackage()
    {
        var built = new ReleaseBuilder("circle", new()
        {
            Format = ReleaseManifest.CurrentFormat,
            Component = "circle",
            Version = new(1, 0, 0),
            TargetFramework = "net10.0",
            Contract = new("N.IThing", "N", new(1, 0, 0), VersionRange.All),
            Entry = new("lib/net10.0/Circle.dll", "N.Thing"),
            State = StateDeclaration.None,
            Dependencies = [],
            Resources = new(0, 0),
            SharedAssemblies = [],
            Files = [],
        }).AddFile("lib/net10.0/Circle.dll", Circle()).Build();
        var reading = await ReleasePackage.ReadAsync(new MemoryStream(built.Package.ToArray()), PackageLimits.Default, CancellationToken.None);

        Assert.Equal([FaultCode.EntryTypeMissing], reading.Faults.Select(fault => fault.Code));
    }

    private static byte[] Circle()
    {
        var metadata = new MetadataBuilder();
        metadata.AddModule(0, metadata.GetOrAddString("Circle.dll"), metadata.GetOrAddGuid(Guid.Empty), default, default);
        metadata.AddAssembly(metadata.GetOrAddString("Circle"), new(0, 0, 0, 0), default, default, 0, AssemblyHashAlgorithm.None);
        var (one, other) = (Nested("One"), Nested("Other"));
        metadata.AddNestedType(one, other);
        metadata.AddNestedType(other, one);
        var image = new BlobBuilder();
        new ManagedPEBuilder(PEHeaderBuilder.CreateLibraryHeader(), new MetadataRootBuilder(metadata), new BlobBuilder()).Serialize(image);
        return image.ToArray();

        TypeDefinitionHandle Nested(string name) =>
            metadata.AddTypeDefinition(TypeAttributes.NestedPublic, default, metadata.GetOrAddString(name), default, MetadataTokens.FieldDefinitionHandle(1), MetadataTokens.MethodDefinitionHandle(1));
    }
}
