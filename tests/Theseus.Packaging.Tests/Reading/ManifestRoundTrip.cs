using FsCheck;
using FsCheck.Fluent;
using NuGet.Versioning;

namespace Theseus.Packaging.Tests.Reading;

public sealed class ManifestRoundTrip
{
    [Fact]
    public void WhatWasWrittenIsReadAgain() => Prop.ForAll(Arb.From(Manifests), manifest =>
    {
        var bytes = ManifestJson.Write(manifest);
        var reading = ManifestJson.Read(bytes);
        Assert.Empty(reading.Faults);
        Assert.Equal(bytes, ManifestJson.Write(reading.Manifest!));
        Assert.Equal(Flat(manifest), Flat(reading.Manifest!));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    // Records compare lists by reference: the lists are compared apart.
    private static string Flat(ReleaseManifest m) => string.Join("\n", [
        $"{m.Format} {m.Component} {m.Version.ToFullString()} {m.TargetFramework} {m.Contract} {m.Entry} {m.UpgradesFrom} {m.Resources}",
        $"{m.State.Kind} {m.State.Schema} {m.State.SharedType}", .. m.State.Migrations.Select(x => x.ToString()),
        .. m.Dependencies.Select(x => x.ToString()), .. m.SharedAssemblies.Select(x => x.ToString()), .. m.Files.Select(x => x.ToString())]);

    private static Gen<string> Name => Gen.Elements("alpha", "beta-2", "c.d_e", "x", "zeta9").Two().Select(p => p.Item1 + p.Item2);

    private static Gen<NuGetVersion> Version =>
        from numbers in Gen.Choose(0, 9999).Three()
        from suffix in Gen.Elements("", "-rc.1", "-beta", "+build.5", "-a.b+c")
        select NuGetVersion.Parse($"{numbers.Item1}.{numbers.Item2}.{numbers.Item3}{suffix}");

    private static Gen<VersionRange> Range =>
        from versions in Version.Two()
        from form in Gen.Choose(0, 4)
        let least = versions.Item1 < versions.Item2 ? versions.Item1 : versions.Item2
        let most = versions.Item1 < versions.Item2 ? versions.Item2 : versions.Item1
        select form switch
        {
            0 => new VersionRange(least),
            1 => new VersionRange(least, true, most, true),
            2 => new VersionRange(null, false, most, true),
            3 => new VersionRange(least, true, least, true),
            _ => VersionRange.All,
        };

    private static Gen<StateDeclaration> State =>
        from kind in Gen.Elements(Enum.GetValues<StateKind>())
        from schema in Gen.Choose(2, 5)
        from reversible in Gen.Elements(true, false)
        let migrations = Enumerable.Range(1, schema - 1).Select(s => new MigrationDeclaration(s, s + 1, reversible, !reversible, $"A.M{s}+N")).ToArray()
        select kind switch
        {
            StateKind.None => StateDeclaration.None,
            StateKind.Shared => new(kind, 0, "A.B+C, D, Version=1.0.0.0", []),
            _ => new StateDeclaration(kind, schema, null, migrations),
        };

    private static Gen<ReleaseManifest> Manifests =>
        from component in Name
        from version in Version
        from contract in Version
        from range in Range
        from upgrades in Range
        from hasUpgrades in Gen.Elements(true, false)
        from state in State
        from needs in Gen.Choose(0, int.MaxValue).Two()
        from others in Name.ListOf()
        from size in Gen.Choose(0, int.MaxValue)
        select new ReleaseManifest
        {
            Format = 1,
            Component = component,
            Version = version,
            TargetFramework = "net10.0",
            Contract = new("N.IThing", "Some Contract", contract, range),
            Entry = new("lib/net10.0/Thing.dll", "N.Outer+Thing`1"),
            State = state,
            UpgradesFrom = hasUpgrades ? upgrades : null,
            Dependencies = [.. others.Distinct().Where(o => o != component).Select(o => new ComponentDependency(o, range))],
            Resources = new(needs.Item1, needs.Item2),
            SharedAssemblies = [.. others.Distinct().Select(o => new SharedAssembly(o, new(1, 2, 3, 4)))],
            Files = [.. others.Distinct().Select(o => new ReleaseFile($"lib/net10.0/{o} (1).dll", size, new string('a', 64)))],
        };
}
