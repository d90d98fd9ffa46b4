using FsCheck;
using FsCheck.Fluent;
using NuGet.Versioning;
using Theseus.Packaging;

namespace Theseus.Control.Tests.Versions;

/// <summary>Releases as declarations.</summary>
internal static class Traits
{
    public static ComponentContract Contract { get; } = new("Shop.IPrices", "Shop.Contract", new(1, 5, 0));

    public static StateDeclaration Stateless => StateDeclaration.None;

    public static ReleaseTraits Of(string version, StateDeclaration? state = null, string? upgradesFrom = null, string contractRange = "[1.0.0, 2.0.0)", string builtAgainst = "1.0.0") => new(
        NuGetVersion.Parse(version),
        new(Contract.Type, Contract.Assembly, NuGetVersion.Parse(builtAgainst), VersionRange.Parse(contractRange)),
        state ?? Stateless,
        upgradesFrom is null ? null : VersionRange.Parse(upgradesFrom));

    public static StateDeclaration Exported(int schema, params MigrationDeclaration[] migrations) => new(StateKind.Transferred, schema, null, migrations);

    public static MigrationDeclaration Migration(int from, int to, bool reversible = true, bool changes = true) => new(from, to, reversible, changes, $"M{from}To{to}");

    public static Gen<StateDeclaration> States =>
        from kind in Gen.Frequency((1, Gen.Constant(StateKind.None)), (1, Gen.Constant(StateKind.Shared)), (4, Gen.Constant(StateKind.Transferred)), (2, Gen.Constant(StateKind.CaughtUp)))
        from type in Gen.Elements("Shop.Table, Shop", "Shop.Other, Shop, Version=1.0.0.0")
        from schema in Gen.Choose(1, 3)
        from migrations in Migrations(schema)
        select kind switch
        {
            StateKind.None => Stateless,
            StateKind.Shared => new(kind, 0, type, []),
            _ => new StateDeclaration(kind, schema, null, migrations),
        };

    public static Gen<ReleaseTraits> Releases(string version) =>
        from state in States
        from least in Gen.Choose(0, 6)
        from declares in Gen.Elements(true, true, false)
        from fits in Gen.Frequency((9, Gen.Constant(true)), (1, Gen.Constant(false)))
        select Of(version, state, declares ? $"[1.{least}.0, )" : null, fits ? "[1.0.0, 2.0.0)" : "[1.6.0, 2.0.0)");

    private static Gen<IReadOnlyList<MigrationDeclaration>> Migrations(int schema) =>
        from flags in Gen.Elements(true, false).ArrayOf(9)
        let pairs = new[] { (1, 2), (2, 3), (1, 3) }
        select (IReadOnlyList<MigrationDeclaration>)[.. pairs
            .Select((pair, i) => (pair, Has: flags[i * 3], Migration: Migration(pair.Item1, pair.Item2, flags[i * 3 + 1], flags[i * 3 + 2])))
            .Where(one => one.Has && one.pair.Item2 <= schema).Select(one => one.Migration)];
}
