using System.Runtime.Loader;
using NuGet.Versioning;
using Theseus.Fixtures;
using Theseus.Packaging;
using Theseus.Runtime.Loading;

namespace Theseus.Runtime.Tests.Loading;

/// <summary>What is loaded from where, and what is said when it cannot be.</summary>
[Collection(nameof(UnloadingCollection))]
public sealed class LoadingLaws
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AComponentGetsItsOwnVersionOfALibraryThatTheHostHasToo(bool collectible)
    {
        var component = Load("Privately", collectible: collectible);
        Assert.Equal("version 2", Ask(component));
        Assert.Equal("version 1", Greeter.Greet());
        Assert.Equal(collectible, AssemblyLoadContext.GetLoadContext(component.Instance.GetType().Assembly)!.IsCollectible);
    }

    [Fact]
    public void AComponentSharesTheContractAndNothingElseWithItsHost()
    {
        var (one, other) = (Load("Privately"), Load("Privately"));
        Assert.IsType<IAsk>(one.Instance, exactMatch: false);
        Assert.NotEqual(one.Instance.GetType(), other.Instance.GetType());
        Assert.DoesNotContain(AssemblyLoadContext.Default.Assemblies, a => a.GetName().Name == "LoadFixtures");
    }

    [Theory]
    [InlineData("fr", "Bonjour")]
    [InlineData("de", "Hello")]
    public void ATextIsTakenFromTheSatelliteOfItsCulture(string culture, string text) =>
        Assert.Equal(text, Ask(Load("Translated"), culture));

    [Fact]
    public void ANativeLibraryIsTakenFromTheReleaseForThisMachine() => Assert.Equal("native", Ask(Load("Native")));

    [Fact]
    public void AMissingAssemblyIsNamedWithWhoRefersToIt()
    {
        var failure = Fail("PrivatelyAtOnce", leaveOut: ["Greeting.dll"]);
        Assert.Equal(LoadFailure.MissingAssembly, failure.Reason);
        Assert.Contains("'Greeting' 2.0.0.0", failure.Detail);
        Assert.Contains("'LoadFixtures' refers to", failure.Detail);
    }

    [Fact]
    public void AnAssemblyThatIsMissingOnlyWhenItIsCalledIsNamedToo()
    {
        var component = Load("Privately", leaveOut: ["Greeting.dll"]);
        Assert.Throws<FileNotFoundException>(() => Ask(component));
        Assert.Contains("'Greeting' 2.0.0.0", Assert.Single(component.MissingAssemblies));
    }

    [Theory]
    [InlineData("Privately", "lib/net10.0/Greeting.dll")]
    [InlineData("Native", "e_sqlite3")]
    public void AFileThatHasChangedIsNotLoadedWhenItIsNeededAndIsNamed(string type, string file)
    {
        var component = LoadChanged(type, file);

        var failure = Assert.ThrowsAny<Exception>(() => Ask(component));

        var named = Assert.Single(component.ChangedFiles);
        Assert.Contains(file, named);
        Assert.EndsWith("' has changed in the host's store since it was verified", named);
        Assert.Contains($"{named}. Nothing of it is loaded.", failure.ToString());
    }

    [Fact]
    public void ASatelliteThatHasChangedIsNotLoadedAndTheTextIsTheNeutralOne()
    {
        // The runtime takes a satellite that cannot be loaded for one that there is not.
        var component = LoadChanged("Translated", "lib/net10.0/fr/LoadFixtures.resources.dll");
        Assert.Equal("Hello", Ask(component, "fr"));
        Assert.Contains("fr/LoadFixtures.resources.dll", Assert.Single(component.ChangedFiles));
    }

    [Theory]
    [InlineData("MissingNative", nameof(LoadFailure.MissingNativeLibrary), "theseus_has_no_such_library")]
    [InlineData("Throwing", nameof(LoadFailure.ConstructorThrew), "System.TimeoutException: the database is away")]
    [InlineData("Nowhere", nameof(LoadFailure.EntryTypeNotFound), "has no type 'Theseus.Fixtures.Loading.Nowhere'")]
    [InlineData("Abstract", nameof(LoadFailure.EntryTypeNotFound), "is not a class that can be constructed")]
    [InlineData("Unrelated", nameof(LoadFailure.ContractNotImplemented), "does not implement 'Theseus.Fixtures.IAsk'")]
    [InlineData("AsksTooMuch", nameof(LoadFailure.ServiceNotRegistered), "Theseus.Fixtures.Loading.Unrelated")]
    [InlineData("BadServices", nameof(LoadFailure.ConfigureServicesThrew), "no services today")]
    public async Task WhatCannotBeLoadedSaysWhyAndLeavesNoTrace(string type, string reason, string detail)
    {
        var failure = Fail(type);
        Assert.Equal(reason, failure.Reason.ToString());
        Assert.Contains(detail, failure.Detail);
        // The failure itself is still held: it must not keep what it tells of.
        var report = await new UnloadVerifier(TimeProvider.System).WaitUntilGoneAsync(failure.Remains!, Surroundings.Patience, CancellationToken.None);
        Assert.True(report.IsGone);
        GC.KeepAlive(failure);
    }

    [Fact]
    public void AReleaseForAnotherVersionOfTheContractIsRefusedBeforeAnythingIsLoaded()
    {
        var failure = Fail("Privately", manifest => manifest with
        {
            Contract = manifest.Contract with { Range = VersionRange.Parse("[7.0.0,8.0.0)") },
        });
        Assert.Equal(LoadFailure.ContractVersionMismatch, failure.Reason);
        Assert.Null(failure.Remains);
    }

    [Fact]
    public void AReleaseOfAnotherContractIsRefused()
    {
        var request = Request("Privately") with { Contract = typeof(IUnanswered) };
        Assert.Equal(LoadFailure.ContractNotImplemented, Assert.Throws<ComponentLoadException>(() => ComponentLoader.Load(request)).Reason);
    }

    [Fact]
    public void EverySharedAssemblyThatTheHostLacksIsNamed()
    {
        var failure = Fail("Privately", manifest => manifest with
        {
            SharedAssemblies = [new("Nobody.Has.This", new Version(1, 0)), new("PinContracts", new Version(9, 0))],
        });
        Assert.Equal(LoadFailure.SharedAssemblyMissing, failure.Reason);
        Assert.Contains("'Nobody.Has.This' 1.0 (the host has none)", failure.Detail);
        Assert.Contains("'PinContracts' 9.0 (the host has 0.1.0.0)", failure.Detail);
    }

    [Fact]
    public void AFileThatIsNoAssemblyIsCalledSo() =>
        Assert.Equal(LoadFailure.BadImage, Fail("Privately", manifest => manifest with
        {
            Entry = manifest.Entry with { Assembly = "lib/net10.0/LoadFixtures.deps.json" },
        }).Reason);

    [Fact]
    public void AMigrationIsMadeFromTheReleasesOwnCode()
    {
        var component = Load("Privately");
        Assert.IsType<IStateMigration>(component.CreateMigration("Theseus.Fixtures.Loading.Migration"), exactMatch: false);
        Assert.Equal(LoadFailure.EntryTypeNotFound,
            Assert.Throws<ComponentLoadException>(() => component.CreateMigration("Theseus.Fixtures.Loading.Nowhere")).Reason);
        Assert.Equal(LoadFailure.ContractNotImplemented,
            Assert.Throws<ComponentLoadException>(() => component.CreateMigration("Theseus.Fixtures.Loading.Unrelated")).Reason);
    }

    [Fact]
    public void NothingFlowsIntoAConstructorNorOutOfIt()
    {
        Ambient.Flowing.Value = "the host's";
        Assert.Equal("nothing", Ask(Load("Ambience")));
        Assert.Equal("the host's", Ambient.Flowing.Value);
    }

    [Fact]
    public async Task AResidentGenerationIsGoneWhenItsInstanceIs()
    {
        var handle = LoadAndLetGo();
        var report = await new UnloadVerifier(TimeProvider.System).WaitUntilGoneAsync(handle, Surroundings.Patience, CancellationToken.None);
        Assert.True(report.IsGone);
        Assert.NotNull(handle.TryGetCode());

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static GenerationHandle LoadAndLetGo() => Load("Privately", collectible: false).BeginUnload();
    }

    [Fact]
    public async Task WhatStillHoldsAResidentInstanceIsNamed()
    {
        HeapWalkable.OrSkip();
        var component = Load("Privately", collectible: false);
        var kept = component.Instance;
        var handle = component.BeginUnload();
        var report = await new UnloadVerifier(TimeProvider.System).WaitUntilGoneAsync(handle, TimeSpan.FromMilliseconds(100), CancellationToken.None);
        Assert.False(report.IsGone);
        var walk = await new HeapWalker(TimeProvider.System).WalkAsync(handle, Surroundings.Patience, CancellationToken.None);
        Assert.Null(walk.Problem);
        Assert.Contains(walk.Pins, pin => pin.Description.Contains(nameof(WhatStillHoldsAResidentInstanceIsNamed), StringComparison.Ordinal));
        GC.KeepAlive(kept);
    }

    private static string Ask(LoadedComponent component, string question = "") => ((IAsk)component.Instance).Ask(question);

    private static LoadRequest Request(string type, Func<ReleaseManifest, ReleaseManifest>? change = null, string[]? leaveOut = null, bool collectible = true)
    {
        var release = FixtureRelease.Of("LoadFixtures", $"Theseus.Fixtures.Loading.{type}", typeof(IAsk), leaveOut);
        return new LoadRequest(release with { Manifest = change?.Invoke(release.Manifest) ?? release.Manifest }, typeof(IAsk), collectible, new Surroundings().ToComponent());
    }

    private static LoadedComponent Load(string type, bool collectible = true, string[]? leaveOut = null) =>
        ComponentLoader.Load(Request(type, leaveOut: leaveOut, collectible: collectible));

    /// <summary>A component of whose files one has another digest than its manifest says.</summary>
    private static LoadedComponent LoadChanged(string type, string file) => ComponentLoader.Load(Request(type, manifest => manifest with
    {
        Files = [.. manifest.Files.Select(one => one.Path.Contains(file, StringComparison.Ordinal) ? one with { Sha256 = new string('0', 64) } : one)],
    }));

    private static ComponentLoadException Fail(string type, Func<ReleaseManifest, ReleaseManifest>? change = null, string[]? leaveOut = null) =>
        Assert.Throws<ComponentLoadException>(() => ComponentLoader.Load(Request(type, change, leaveOut)));
}
