using System.Reflection;
using System.Runtime.Loader;

namespace Theseus.Control.Tests.Validation;

/// <summary>What metadata says of a contract and its component is what the runtime says when it loads them.</summary>
public sealed class ContractLaws : IDisposable
{
    private const string Head = "using Theseus; [assembly: System.Reflection.AssemblyVersion(\"1.0.0.0\")] namespace Shop;\n";
    private const string Class = "using Shop; using Theseus; public sealed class Prices : ";
    private readonly Scene _scene = new();

    /// <summary>What is asked, the contract that the component is built against, the host's, the component, and the members missing.</summary>
    public static TheoryData<string, string, string, string, string[]> Cases => new()
    {
        { "the same", Plain("int Of(string name);"), Plain("int Of(string name);"), Class + "IPrices { public int Of(string name) => 1; }", [] },
        { "a member more", Plain("int Of(string name);"), Plain("int Of(string name); int Old(string name);"), Class + "IPrices { public int Of(string name) => 1; }", ["Old"] },
        { "a member more that it happens to have", Plain("int Of(string name);"), Plain("int Of(string name); int Old();"), Class + "IPrices { public int Of(string name) => 1; public int Old() => 2; }", ["Old"] },
        { "a member more that it happens to have as a virtual one", Plain("int Of(string name);"), Plain("int Of(string name); int Old();"), "using Shop; public class Prices : IPrices { public int Of(string name) => 1; public virtual int Old() => 2; }", [] },
        { "a member less", Plain("int Of(string name); int Old();"), Plain("int Of(string name);"), Class + "IPrices { public int Of(string name) => 1; public int Old() => 2; }", [] },
        { "an explicit member less", Plain("int Of(string name); int Old();"), Plain("int Of(string name);"), Class + "IPrices { public int Of(string name) => 1; int IPrices.Old() => 2; }", ["Old"] },
        { "another parameter", Plain("int Of(string name);"), Plain("int Of(object name);"), Class + "IPrices { public int Of(string name) => 1; }", ["Of"] },
        { "another result", Plain("int Of(string name);"), Plain("long Of(string name);"), Class + "IPrices { public int Of(string name) => 1; }", ["Of"] },
        { "by reference", Plain("int Of(string name);"), Plain("int Of(ref string name);"), Class + "IPrices { public int Of(string name) => 1; }", ["Of"] },
        { "one optional parameter more", Plain("int Of(string name);"), Plain("int Of(string name, int count = 1);"), Class + "IPrices { public int Of(string name) => 1; }", ["Of"] },
        { "a generic parameter more", Plain("int Of(string name);"), Plain("int Of<T>(string name);"), Class + "IPrices { public int Of(string name) => 1; }", ["Of"] },
        { "a default body", Plain("int Of(string name);"), Plain("int Of(string name); int Old() => 3;"), Class + "IPrices { public int Of(string name) => 1; }", [] },
        { "a property", Plain("int Count { get; }"), Plain("int Count { get; set; }"), Class + "IPrices { public int Count => 1; }", ["set_Count"] },
        { "a setter that became init", Plain("int Count { get; set; }"), Plain("int Count { get; init; }"), Class + "IPrices { public int Count { get; set; } }", ["set_Count"] },
        { "an event", Plain("int Of(string name);"), Plain("int Of(string name); event Action Changed;"), Class + "IPrices { public int Of(string name) => 1; }", ["add_Changed", "remove_Changed"] },
        { "an inherited interface", Head + "public interface IBase { int Of(string name); } [Contract] public interface IPrices : IBase { }", Head + "public interface IBase { int Of(string name); int Old(); } [Contract] public interface IPrices : IBase { }", Class + "IPrices { public int Of(string name) => 1; }", ["Old"] },
        { "a generic base", Head + "public interface IBase<T> { T Of(T name); } [Contract] public interface IPrices : IBase<string> { }", Head + "public interface IBase<T> { T Of(T name); } [Contract] public interface IPrices : IBase<string> { }", Class + "IPrices { public string Of(string name) => name; }", [] },
        { "a generic base, explicitly", Head + "public interface IBase<T> { T Of(T name); } [Contract] public interface IPrices : IBase<string> { }", Head + "public interface IBase<T> { T Of(T name); T Old(List<T> name); } [Contract] public interface IPrices : IBase<string> { }", Class + "IPrices { string IBase<string>.Of(string name) => name; }", ["Old"] },
        { "a generic class", Plain("int Of(string name);"), Plain("int Of(string name);"), "using Shop; public class Core<T> { public virtual int Of(T name) => 1; } public sealed class Prices : Core<string>, IPrices;", [] },
        { "a base class", Plain("int Of(string name);"), Plain("int Of(string name); int Old();"), "using Shop; public class Core : IPrices { public virtual int Of(string name) => 1; } public sealed class Prices : Core { }", ["Old"] },
        { "a base class that has it", Plain("int Of(string name);"), Plain("int Of(string name); int Old();"), "using Shop; public class Core : IPrices { public virtual int Of(string name) => 1; public virtual int Old() => 1; } public sealed class Prices : Core { }", [] },
        { "generic methods", Plain("T Of<T>(IReadOnlyList<T> all) where T : class;"), Plain("T Of<T>(IReadOnlyList<T> all) where T : class;"), Class + "IPrices { public T Of<T>(IReadOnlyList<T> all) where T : class => all[0]; }", [] },
        { "tasks and tuples", Plain("ValueTask<(int, string)[]> Of(Dictionary<string, int?> all, in int count);"), Plain("ValueTask<(int, string)[]> Of(Dictionary<string, int?> all, in int count);"), Class + "IPrices { public ValueTask<(int, string)[]> Of(Dictionary<string, int?> all, in int count) => default; }", [] },
        { "a static abstract member", Plain("static abstract int Of(string name);"), Plain("static abstract int Of(string name); static abstract int Old();"), Class + "IPrices { public static int Of(string name) => 1; }", ["Old"] },
    };

    public void Dispose() => _scene.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task TheMembersThatAComponentLacksAreThoseForWhichTheRuntimeRefusesIt(string what, string built, string host, string component, string[] missing)
    {
        Assert.NotEmpty(what);
        var (contract, hosts) = (Compiled.Compile("Shop.Contract", built), Compiled.Compile("Shop.Contract", host));
        var code = Compiled.Compile("Prices", component, contract);
        _scene.Put("2.0.0", code: code);
        var report = await _scene.ValidateAsync(_scene.Upgrade(surface: _scene.Surface(hosts)));
        var errors = report.Findings.Where(one => one is { Rule: UpgradeRules.ContractMembers, Severity: FindingSeverity.Error }).ToList();

        Assert.Equal(missing, errors.Select(error => error.Message.Split(": ")[1].Split('.')[^1]));
        Assert.All(errors, error => Assert.True(error.IsBinding));
        Assert.Equal(missing.Length > 0, RuntimeRefuses(hosts, code));
    }

    [Fact]
    public async Task AContractThatTheHostDoesNotHaveIsTold()
    {
        _scene.Put("2.0.0");
        var report = await _scene.ValidateAsync(_scene.Upgrade(surface: _scene.Surface(Compiled.Compile("Shop.Contract", Head + "public interface IOther;"))));

        Assert.Contains(report.Stopping, one => one.Rule == UpgradeRules.ContractMembers && one.Message.Contains("has no Shop.IPrices", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AContractThatCannotBeReadIsAWarning()
    {
        _scene.Put("2.0.0");
        var surface = new HostSurface(new(10, 0), "linux", System.Runtime.InteropServices.Architecture.X64, [new("Shop.Contract", new(1, 0, 0, 0), Path: null), new("Theseus.Abstractions", new(9, 0, 0, 0), null)]);
        var report = await _scene.ValidateAsync(_scene.Upgrade(surface: surface));

        Assert.Equal(FindingSeverity.Warning, Assert.Single(report.Findings, one => one.Rule == UpgradeRules.ContractMembers).Severity);
    }

    private static string Plain(string members) => $"{Head}[Contract] public interface IPrices {{ {members} }}";

    private static bool RuntimeRefuses(byte[] contract, byte[] component)
    {
        var context = new AssemblyLoadContext("contract law", isCollectible: true);
        try
        {
            var host = context.LoadFromStream(new MemoryStream(contract));
            context.Resolving += (_, name) => name.Name == host.GetName().Name ? host : null;
            _ = context.LoadFromStream(new MemoryStream(component)).GetType("Prices", throwOnError: true);
            return false;
        }
        catch (Exception e) when (e is TypeLoadException or ReflectionTypeLoadException or MissingMethodException)
        {
            return true;
        }
        finally
        {
            context.Unload();
        }
    }
}
