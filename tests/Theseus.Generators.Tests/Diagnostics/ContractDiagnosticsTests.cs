namespace Theseus.Generators.Tests.Diagnostics;

public sealed class ContractDiagnosticsTests
{
    public static TheoryData<string, string> Members => new()
    {
        { "event EventHandler Changed;", "THS1002 Changed" },
        { "ref int Slot(int index);", "THS1003 Slot" },
        { "ref readonly int Front { get; }", "THS1003 Front" },
        { "Func<int> Counter();", "THS1004 Counter" },
        { "ISession Open();", "THS1004 Open" },
        { "Task<ISession> OpenAsync();", "THS1004 OpenAsync" },
        { "bool TryOpen(out ISession session);", "THS1004 TryOpen" },
        { "IReadOnlyList<ISession> All { get; }", "THS1004 All" },
        { "(int Id, Action Undo) Do();", "THS1004 Do" },
        { "Engine Build();", "THS1004 Build" },
        { "Task<IEnumerable<int>> Numbers();", "THS1004 Numbers" },
        { "Task<IAsyncEnumerable<int>> Stream();", "THS1004 Stream" },
        { "ReadOnlySpan<byte> Header();", "THS1004 Header" },
        { "IServiceProvider Services { get; }", "THS1004 Services" },
        { "Type Kind();", "THS1004 Kind" },
        { "Task<FormatException?> Last();", "THS1004 Last" },
        { "Lazy<int> Later { get; }", "THS1004 Later" },
        { "object Any();", "THS1005 Any" },
        { "Task<dynamic> Loose();", "THS1005 Loose" },
        { "[Idempotent] void Fill(Span<byte> target);", "THS1006 Fill" },
        { "[Idempotent] bool TryGet(string key, out string value);", "THS1006 TryGet" },
        { "[Idempotent] Stream Open(string path);", "THS1006 Open" },
        { "[Idempotent] IAsyncEnumerable<int> Range();", "THS1006 Range" },
        { "unsafe byte* Memory();", "THS1008 Memory" },
        { "IEnumerable<int> Over(Span<int> values);", "THS1009 Over" },
        { "IEnumerable<T> Stack<T>() where T : allows ref struct;", "THS1009 Stack" },
        { "protected void Hook();", "THS1011 Hook" },
        { "void Go([RoutingKey] string one, [RoutingKey] string two);", "THS1012 Go" },
        { "void Go([RoutingKey] out string one);", "THS1012 Go" },
    };

    public static TheoryData<string> SafeMembers =>
    [
        "string Render(string markdown); int this[int index] { get; set; } Task Run(CancellationToken cancellationToken);",
        "Stream Open(); Task<Stream> OpenAsync(); ValueTask<Stream> OpenAsync2();",
        "IEnumerable<int> Numbers(ReadOnlySpan<int> by); IAsyncEnumerable<string> Lines(); IEnumerator<int> GetEnumerator();",
        "List<string> List(); IReadOnlyDictionary<string, int[]> Map(); ISet<Guid> Set(); string[]? Array(); (int, string) Pair();",
        "Uri Address(); Version Version(); DateTimeOffset When(); ReadOnlyMemory<byte> Bytes(); System.Text.Json.Nodes.JsonNode Json();",
        "Report Summary(); Task<Report?> Later(); Shape Drawn(); INamed Named();",
        "void Each(Action<int> callback); T Echo<T>(T value); void Fill(Span<byte> target); bool TryGet(string key, out Report report);",
        "[Idempotent] int Sum(ReadOnlySpan<int> values, in decimal extra); [Idempotent] string Name { get; set; } [Idempotent] ValueTask<int> Next([RoutingKey] string key);",
        "int Twice(int value) => 2 * value; protected int Hidden() => 1; static int Count => 1; private void Own() { }",
        "unsafe int Length(byte* text);",
    ];

    private const string Types =
        """
        namespace Users;
        public interface ISession { void Close(); }
        public abstract class Engine { public abstract void Start(); }
        public sealed record Report(string Title, IReadOnlyList<int> Numbers);
        public abstract record Shape { private protected Shape() { } public sealed record Circle(double Radius) : Shape; public virtual double Area() => 0; }
        public interface INamed { string Name { get; } }
        """;

    [Theory]
    [MemberData(nameof(Members))]
    public async Task WhatCannotBeProxiedSafelyIsReportedWhereItStands(string member, string expected) =>
        Assert.Equal([expected], await Of(member));

    [Theory]
    [MemberData(nameof(SafeMembers))]
    public async Task WhatCanBeProxiedIsNotReported(string members) => Assert.Empty(await Of(members));

    [Theory]
    [InlineData("[Contract] public interface IThing { static abstract IThing Make(); }", "THS1001 IThing")]
    [InlineData("public class Outer { [Contract] private interface IThing { } }", "THS1001 IThing")]
    [InlineData("[Contract] file interface IThing { }", "THS1001 IThing")]
    [InlineData("[Contract] internal interface IThing { }", "THS1007 IThing")]
    [InlineData("[Contract] public interface IThing : IDisposable { }", "THS1010 IThing")]
    [InlineData("[Contract] public interface IThing : IAsyncDisposable { }", "THS1010 IThing")]
    [InlineData("public interface IBase { event Action Changed; } [Contract] public interface IThing : IBase { }", "THS1002 IThing")]
    [InlineData("[Contract] public interface IThing { static virtual int Count => 1; static int Other() => 2; }", null)]
    [InlineData("public interface IThing { event Action Changed; Func<int> Live(); }", null)]
    public async Task AContractIsReportedAsAWhole(string source, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], await Compiled.DiagnosticsAsync("namespace Users;\n" + source));

    [Theory]
    [InlineData("typeof(System.ComponentModel.INotifyPropertyChanged)", "THS1002")]
    [InlineData("typeof(string)", "THS1001")]
    [InlineData("typeof(System.Collections.Generic.IComparer<>)", null)]
    public async Task AForeignContractIsReportedWhereItIsNamed(string type, string? expected) =>
        Assert.Equal(expected is null ? [] : [$"{expected} GenerateProxy({type})"], await Compiled.DiagnosticsAsync($"[assembly: GenerateProxy({type})]"));

    // Compiled with its proxy: also what is reported must leave code that compiles.
    private static Task<IReadOnlyList<string>> Of(string members) =>
        Compiled.DiagnosticsAsync(Types, $"namespace Users;\n[Contract] public interface IThing {{ {members} }}");
}
