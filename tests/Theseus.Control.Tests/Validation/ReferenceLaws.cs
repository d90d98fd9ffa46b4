namespace Theseus.Control.Tests.Validation;

public sealed class ReferenceLaws : IDisposable
{
    private const string Head = "using Theseus; [assembly: System.Reflection.AssemblyVersion(\"1.0.0.0\")] namespace Shop;\n[Contract] public interface IPrices { int Of(string name); }\n";
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("public class Basket { public int Count; public int Sum(int factor) => 1; }", null)]
    [InlineData("public class Basket { public long Count; public int Sum(int factor) => 1; }", "Shop.Basket.Count")]
    [InlineData("public class Basket { public int Count; public int Sum(long factor) => 1; }", "Shop.Basket.Sum")]
    [InlineData("public class Crate { public int Count; public int Sum(int factor) => 1; }", "Shop.Basket")]
    [InlineData("public class Core { public int Sum(int factor) => 1; } public class Basket : Core { public int Count; }", null)]
    public async Task WhatCodeUsesOfASharedAssemblyMustBeInTheHosts(string hosts, string? missing)
    {
        var built = Compiled.Compile("Shop.Contract", Head + "public class Basket { public int Count; public int Sum(int factor) => 1; }");
        _scene.Put("2.0.0", code: Compiled.Compile("Prices", "using Shop; public sealed class Prices : IPrices { public int Of(string name) { var b = new Basket(); return b.Count + b.Sum(2); } }", built));
        var report = await _scene.ValidateAsync(_scene.Upgrade(surface: _scene.Surface(Compiled.Compile("Shop.Contract", Head + hosts))));
        var errors = report.Findings.Where(one => one is { Rule: UpgradeRules.MembersResolve, Severity: FindingSeverity.Error }).ToList();

        Assert.Equal(missing is null ? [] : [$"It uses {missing}, which the Shop.Contract on node node-1 does not have."], errors.Select(one => one.Message));
    }

    [Fact]
    public async Task ATypeThatWasMovedToAnotherSharedAssemblyIsFoundThere()
    {
        var built = Compiled.Compile("Shop.Contract", Head + "public class Basket { public int Count; }");
        var moved = Compiled.Compile("Shop.Baskets", "namespace Shop; public class Basket { public int Count; }");
        var hosts = Compiled.Compile("Shop.Contract", Head.Replace("namespace", "[assembly: System.Runtime.CompilerServices.TypeForwardedTo(typeof(Shop.Basket))] namespace"), moved);
        _scene.Put(
            "2.0.0",
            one => one with { SharedAssemblies = [.. one.SharedAssemblies, new("Shop.Baskets", new(0, 0, 0, 0))] },
            Compiled.Compile("Prices", "using Shop; public sealed class Prices : IPrices { public int Of(string name) => new Basket().Count; }", built));
        var report = await _scene.ValidateAsync(_scene.Upgrade(surface: _scene.Surface(hosts, "linux", ("Shop.Baskets", moved))));

        Assert.Empty(report.Stopping);
        Assert.Contains(report.Findings, one => one.Rule == UpgradeRules.MembersResolve && one.Message.StartsWith("All ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatIsReferredToByWayOfAPackedAssemblyIsLookedAtToo()
    {
        var far = Compiled.Compile("Far", "namespace Far; public class Thing;");
        var near = Compiled.Compile("Near", "namespace Near; public class Use { public object Make() => new Far.Thing(); }", far);
        var code = Compiled.Compile("Prices", "using Shop; public sealed class Prices : IPrices { public int Of(string name) => new Near.Use().GetHashCode(); }", Scene.Contract, near);
        _scene.Put("2.0.0", code: code, files: ("lib/net10.0/Near.dll", near));
        _scene.Put("2.1.0", code: code, files: [("lib/net10.0/Near.dll", near), ("lib/net10.0/Far.dll", far)]);

        var error = Assert.Single((await _scene.ValidateAsync(_scene.Upgrade())).Stopping);
        Assert.Equal((UpgradeRules.AssembliesResolve, "lib/net10.0/Near.dll"), (error.Rule, error.Place));
        Assert.StartsWith("It refers to Far 0.0.0.0, which is neither in the package nor there", error.Message);
        Assert.Empty((await _scene.ValidateAsync(_scene.Upgrade("2.1.0"))).Stopping);
        var optional = await _scene.ValidateAsync(_scene.Upgrade() with { Policy = new() { OptionalAssemblies = ["far"] } });
        Assert.True(optional.IsAllowed);
        Assert.Contains(optional.Findings, one => one is { Rule: UpgradeRules.AssembliesResolve, Severity: FindingSeverity.Warning });
    }

    [Fact]
    public async Task ASharedAssemblyThatHostsHaveNotOrHaveOlderIsTold()
    {
        _scene.Put("2.0.0", one => one with { SharedAssemblies = [new("Shop.Contract", new(1, 5, 0, 0)), new("Shop.More", new(1, 0, 0, 0))] });
        var report = await _scene.ValidateAsync(_scene.Upgrade());

        Assert.Equal(
            ["It shares Shop.More 1.0.0.0 with its host, and there is none on node node-1.", "It was built against Shop.Contract 1.5.0.0; on node node-1 there is 1.0.0.0, which is older."],
            report.Stopping.Where(one => one.Rule == UpgradeRules.ContractVersion).Select(one => one.Message));
    }

    [Theory]
    [InlineData("shopnative", null, null)]
    [InlineData("winonly", FindingSeverity.Error, "which is in the package for win-x64, and not for node node-1 (linux-x64)")]
    [InlineData("nowhere", FindingSeverity.Error, "which is neither in the package nor part of the system of node node-1")]
    [InlineData("installed", null, null)]
    [InlineData("libc", null, null)]
    [InlineData("kernel32.dll", FindingSeverity.Warning, "which is part of another system than that of node node-1 ('linux')")]
    public async Task ANativeLibraryIsInThePackageForTheNodesOrPartOfTheirSystem(string library, FindingSeverity? severity, string? message)
    {
        var code = Compiled.Compile("Prices", $"using Shop; public sealed class Prices : IPrices {{ [System.Runtime.InteropServices.DllImport(\"{library}\")] static extern int count(); public int Of(string name) => count(); }}", Scene.Contract);
        _scene.Put("2.0.0", code: code, files: [("runtimes/linux-x64/native/libshopnative.so", [1]), ("runtimes/win-x64/native/winonly.dll", [1])]);
        var report = await _scene.ValidateAsync(_scene.Upgrade() with { Policy = new() { SystemLibraries = ["installed"] } });
        var finding = report.Findings.SingleOrDefault(one => one.Rule == UpgradeRules.NativesResolve && one.Severity != FindingSeverity.Pass);

        Assert.Equal(severity, finding?.Severity);
        Assert.Contains(message ?? "", finding?.Message ?? "");
    }

    [Fact]
    public async Task ForANodeOfAnotherPlatformItsOwnFilesCount()
    {
        var code = Compiled.Compile("Prices", "using Shop; public sealed class Prices : IPrices { [System.Runtime.InteropServices.DllImport(\"winonly\")] static extern int count(); public int Of(string name) => count(); }", Scene.Contract);
        _scene.Put("2.0.0", code: code, files: ("runtimes/win-x64/native/winonly.dll", [1]));
        var upgrade = _scene.Upgrade() with { Nodes = [new("w") { Surface = _scene.Surface(system: "win") }, new("l") { Surface = _scene.Surface() }] };
        var error = Assert.Single((await _scene.ValidateAsync(upgrade)).Stopping);

        Assert.Contains("not for node l (linux-x64)", error.Message);
    }
}
