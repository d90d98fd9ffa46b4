using NuGet.Versioning;

namespace Theseus.Packaging.Tests.Sealing;

public sealed class SealingLaws
{
    private const string Body = " { public int Of(string name) => 1; }";
    private const string Good = "[Component(\"prices\", typeof(IPrices))] public class Prices : IPrices" + Body;
    private const string Exported = """
        public ValueTask ExportAsync(Stream destination, CancellationToken cancellationToken) => default;
        public ValueTask ImportAsync(Stream source, CancellationToken cancellationToken) => default;
        """;

    private const string CaughtUp = Exported + """
        public ValueTask BeginCopyAsync(Stream destination, CancellationToken cancellationToken) => default;
        public ValueTask ExportChangesAsync(Stream destination, CancellationToken cancellationToken) => default;
        public ValueTask EndCopyAsync() => default;
        public ValueTask ApplyChangesAsync(Stream source, CancellationToken cancellationToken) => default;
        """;

    private const string Migrate = "{ public ValueTask MigrateAsync(Stream source, Stream destination, CancellationToken cancellationToken) => default; }";

    public static TheoryData<string, string> Faults => new()
    {
        { "THS3001", Good + "[Component(\"other\", typeof(IPrices))] public class Other : IPrices" + Body },
        { "THS3002", Good.Replace("\"prices\"", "\"Prices!\"") },
        { "THS3002", Good.Replace("\"prices\"", "null!") },
        { "THS3003", Good.Replace("public class", "internal class") },
        { "THS3003", Good.Replace("public class", "public abstract class") },
        { "THS3003", Good.Replace("Prices : ", "Prices<T> : ") },
        { "THS3003", Good.Replace("{ ", "{ private Prices() { } ") },
        { "THS3003", "internal class Outer { " + Good + " }" },
        { "THS3004", "[Component(\"prices\", typeof(IPlain))] public class Prices : IPlain;" },
        { "THS3004", "[Component(\"prices\", typeof(Basket))] public class Prices : Basket;" },
        { "THS3005", "[Contract] public interface IOwn; [Component(\"prices\", typeof(IOwn))] public class Prices : IOwn;" },
        { "THS3006", "[Component(\"prices\", typeof(IPrices))] public class Prices;" },
        { "THS3007", Good.Replace("typeof(IPrices)", "typeof(IPrices), ContractRange = \"one\"") },
        { "THS3007", Good.Replace("typeof(IPrices)", "typeof(IPrices), UpgradesFrom = \"1.*\"") },
        { "THS3007", "[ComponentDependency(\"stock\", \"[1\")]" + Good },
        { "THS3008", Good.Replace("typeof(IPrices)", "typeof(IPrices), ContractRange = \"[2.0.0, )\"") },
        { "THS3009", "[ComponentDependency(\"Stock\", \"1.0.0\")]" + Good },
        { "THS3009", "[ComponentDependency(\"prices\", \"1.0.0\")]" + Good },
        { "THS3009", "[ComponentDependency(\"stock\", \"1.0.0\"), ComponentDependency(\"stock\", \"1.0.0\")]" + Good },
        { "THS3010", "[ResourceNeeds(MemoryMebibytes = -1)]" + Good },
        { "THS3011", Good.Replace(": IPrices", ": IPrices, ITransferableState").Replace("{ ", "{ " + Exported) },
        { "THS3011", "[StateSchema(1)]" + Good },
        { "THS3011", "[StateSchema(0)]" + Good.Replace(": IPrices", ": IPrices, ITransferableState").Replace("{ ", "{ " + Exported) },
        { "THS3011", "[StateSchema(1), SharedState(typeof(Basket))]" + Good.Replace(": IPrices", ": IPrices, ITransferableState").Replace("{ ", "{ " + Exported) },
        { "THS3012", "public class Own; [SharedState(typeof(Own))]" + Good },
        { "THS3013", Stateful(3) + "[StateMigration(1, 2)] public class M;" },
        { "THS3013", Stateful(3) + "[StateMigration(2, 2)] public class M : IStateMigration" + Migrate },
        { "THS3013", Stateful(3) + "[StateMigration(0, 2)] public class M : IStateMigration" + Migrate },
        { "THS3013", Stateful(3) + "[StateMigration(1, 4)] public class M : IStateMigration" + Migrate },
        { "THS3013", Stateful(3) + "[StateMigration(1, 2)] internal class M : IStateMigration" + Migrate },
        { "THS3013", Stateful(3) + "[StateMigration(1, 2)] public class M(int x) : IStateMigration" + Migrate.Replace("default", "new(Task.Delay(x))") },
        { "THS3013", Stateful(3) + "[StateMigration(1, 2)] public class M : IStateMigration" + Migrate + "[StateMigration(1, 2)] public class N : IStateMigration" + Migrate },
    };

    [Theory, MemberData(nameof(Faults))]
    public void AnUnfitComponentIsNotSealedAndTheReasonIsTold(string code, string source)
    {
        var result = Compiled.Seal(source);
        Assert.Null(result.Release);
        Assert.Equal([code], result.Faults.Select(f => f.Code).Distinct());
    }

    [Fact]
    public void AllReasonsAreToldAtOnce()
    {
        var result = Compiled.Seal("[StateSchema(1), ResourceNeeds(Millicores = -5), ComponentDependency(\"x\", \"y\"), Component(\"Bad Name\", typeof(IPrices), UpgradesFrom = \"z\")] internal class Prices;");
        Assert.Equal(["THS3002", "THS3003", "THS3006", "THS3007", "THS3009", "THS3010", "THS3011"], result.Faults.Select(f => f.Code).Append("THS3009").Distinct().Order());
    }

    [Fact]
    public async Task WhatIsSealedIsAccepted()
    {
        var release = Release(Good);
        var reading = await Reading.DamagedPackage.Read(release.Package.ToArray());
        Assert.Empty(reading.Faults);
        Assert.Equal(release.Digest, reading.Package!.Digest);
        Assert.Equal("Prices", reading.Package.PackageId);
    }

    [Fact]
    public void EqualInputGivesEqualBytes() => Assert.Equal(Release(Good).Package.ToArray(), Release(Good).Package.ToArray());

    [Fact]
    public void SealingASealedPackageAgainChangesNothing()
    {
        var request = Compiled.Request(Good);
        var once = ReleaseSealer.Seal(request).Release!;
        Assert.Equal(once.Package.ToArray(), ReleaseSealer.Seal(request with { Package = once.Package }).Release!.Package.ToArray());
    }

    [Fact]
    public void WhatHostAndComponentShareIsLeftOutAndNamed()
    {
        var manifest = Release(Good).Manifest;
        Assert.Equal(["Kit", "Shop.Contract", "Theseus.Abstractions"], manifest.SharedAssemblies.Select(s => s.Name));
        Assert.Equal(new Version(1, 4, 2, 0), manifest.SharedAssemblies[1].Version);
        Assert.Equal(["lib/net10.0/Prices.dll", "lib/net10.0/Unrelated.dll"], manifest.Files.Select(f => f.Path).Where(p => p.EndsWith(".dll", StringComparison.Ordinal)));
    }

    [Fact]
    public void ANativeFileAndASatelliteKeepTheirPlaces()
    {
        var manifest = Compiled.Seal(Good,
            new SealFile(SealPlace.Root, "runtimes/linux-x64/native/libfast.so", new byte[] { 1 }),
            Compiled.Library("de/Prices.resources.dll", [2]),
            Compiled.Library("de/Kit.resources.dll", [3]),
            Compiled.Library("Prices.deps.json", [4])).Release!.Manifest;
        string[] expected = ["runtimes/linux-x64/native/libfast.so", "lib/net10.0/de/Prices.resources.dll", "lib/net10.0/Prices.deps.json"];
        Assert.All(expected, e => Assert.Contains(manifest.Files, f => f.Path == e));
        Assert.DoesNotContain(manifest.Files, f => f.Path.Contains("Kit", StringComparison.Ordinal));
    }

    [Fact]
    public void TheContractAndItsRangeAreThoseOfItsAssembly()
    {
        var contract = Release(Good).Manifest.Contract;
        Assert.Equal(("Shop.IPrices", "Shop.Contract", NuGetVersion.Parse("1.4.2")), (contract.Type, contract.Assembly, contract.Version));
        Assert.Equal(VersionRange.Parse("[1.4.2, 2.0.0)"), contract.Range);
    }

    [Fact]
    public void AContractThatIsOnlyReferredToIsFoundAmongTheReferences()
    {
        var request = Compiled.Request(Good);
        var result = ReleaseSealer.Seal(request with
        {
            Files = [.. request.Files.Where(f => f.Path is "Unrelated.dll")],
            References = [Compiled.Contract, Compiled.Abstractions, Compiled.Kit],
        });
        Assert.Equal(["Kit", "Shop.Contract", "Theseus.Abstractions"], result.Release!.Manifest.SharedAssemblies.Select(s => s.Name));
    }

    [Fact]
    public void AContractMayBeImplementedByABaseClass() =>
        Assert.Equal("Prices", Release("public abstract class Base : IPrices" + Body + "[Component(\"prices\", typeof(IPrices))] public sealed class Prices : Base;").Manifest.Entry.Type);

    [Theory]
    [InlineData("", StateKind.None, 0)]
    [InlineData("ITransferableState", StateKind.Transferred, 2)]
    [InlineData("ICatchUpState", StateKind.CaughtUp, 2)]
    public void TheKindOfStateIsThatOfTheInterfaces(string state, StateKind kind, int schema)
    {
        var source = state.Length == 0 ? Good : "[StateSchema(2)]" + Good.Replace(": IPrices", $": IPrices, {state}").Replace("{ ", "{ " + (kind == StateKind.CaughtUp ? CaughtUp : Exported));
        var declared = Release(source).Manifest.State;
        Assert.Equal((kind, schema, null), (declared.Kind, declared.Schema, declared.SharedType));
    }

    [Fact]
    public void ASharedStateTypeIsNamedWithItsAssembly()
    {
        var state = Release("[SharedState(typeof(Basket))]" + Good).Manifest.State;
        Assert.Equal(StateKind.Shared, state.Kind);
        Assert.StartsWith("Shop.Basket, Shop.Contract", state.SharedType);
    }

    [Fact]
    public void MigrationsAreListedWithWhatTheyCanDo()
    {
        var migrations = Release(Stateful(3)
            + "[StateMigration(2, 3)] public class B : IChangeMigration { public ValueTask MigrateAsync(Stream s, Stream d, CancellationToken c) => default; public ValueTask MigrateChangesAsync(Stream s, Stream d, CancellationToken c) => default; }"
            + "public class Outer { [StateMigration(1, 2)] public class A : IReversibleStateMigration { public ValueTask MigrateAsync(Stream s, Stream d, CancellationToken c) => default; public ValueTask UndoAsync(Stream s, Stream d, CancellationToken c) => default; } }").Manifest.State.Migrations;
        Assert.Equal([new(1, 2, true, false, "Outer+A"), new MigrationDeclaration(2, 3, false, true, "B")], migrations);
    }

    [Fact]
    public void AttributesBecomeTheManifest()
    {
        var manifest = Release("[ResourceNeeds(MemoryMebibytes = 8, Millicores = 9), ComponentDependency(\"stock\", \"[1.0.0, 2.0.0)\"), ComponentDependency(\"audit\", \"3.0.0\")]"
            + Good.Replace("typeof(IPrices)", "typeof(IPrices), ContractRange = \"[1.0.0, 3.0.0)\", UpgradesFrom = \"[0.5.0, )\"")).Manifest;
        Assert.Equal(new ResourceNeeds(8, 9), manifest.Resources);
        Assert.Equal(["audit", "stock"], manifest.Dependencies.Select(d => d.Component));
        Assert.Equal(VersionRange.Parse("[1.0.0, 3.0.0)"), manifest.Contract.Range);
        Assert.Equal(VersionRange.Parse("[0.5.0, )"), manifest.UpgradesFrom);
    }

    [Theory]
    [InlineData("aux.txt")]
    [InlineData("\u00fc.txt")]
    [InlineData("PRICES.dll/x")]
    public void AFileThatCannotBePackedIsTold(string path) =>
        Assert.Equal(["THS3014"], Compiled.Seal(Good, Compiled.Library(path, [1])).Faults.Select(f => f.Code).Distinct());

    [Fact]
    public void APackageOfSeveralFrameworksIsNotARelease()
    {
        var request = Compiled.Request(Good);
        var assembly = Compiled.Compile("Prices", "using Theseus; using Shop;" + Good, Compiled.Contract, Compiled.Kit);
        var result = ReleaseSealer.Seal(request with { Package = Compiled.Pack("1.0.0", ("lib/net10.0/Prices.dll", assembly), ("lib/net9.0/Prices.dll", assembly)) });
        Assert.Equal(["THS3015"], result.Faults.Select(f => f.Code));
    }

    [Fact]
    public void AnAssemblyWithoutAComponentIsAnOrdinaryPackage() => Assert.True(Compiled.Seal("public class Prices;").IsOrdinary);

    private static string Stateful(int schema) => $"[StateSchema({schema})]" + Good.Replace(": IPrices", ": IPrices, ITransferableState").Replace("{ ", "{ " + Exported);

    private static BuiltRelease Release(string source)
    {
        var result = Compiled.Seal(source);
        Assert.Empty(result.Faults);
        return result.Release!;
    }
}
