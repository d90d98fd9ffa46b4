namespace Theseus.Generators.Tests.Proxies;

public sealed class SnapshotTests
{
    [Fact]
    public void SynchronousMethods() => Verify(
        """
        void Plain(string text);
        string Answer(string text, int times = 1);
        [Idempotent] string Repeatable([RoutingKey] string tenant, in decimal amount, ReadOnlySpan<char> text);
        int ByReference(ref int first, out string? second, ref readonly long third, Span<byte> fourth);
        int Twice(int value) => value * 2;
        """);

    [Fact]
    public void AsynchronousMethods() => Verify(
        """
        Task Run(CancellationToken cancellationToken);
        [Idempotent] Task<string?> Find([RoutingKey] string key, CancellationToken cancellationToken = default);
        ValueTask Tick();
        ValueTask<int> Next(int value);
        Task<int> Fill(Memory<byte> memory, Span<byte> span);
        """);

    [Fact]
    public void StreamsAndSequences() => Verify(
        """
        Stream Open(string path);
        Task<Stream> OpenAsync(string path, CancellationToken cancellationToken);
        IEnumerable<int> Numbers(in int count);
        IAsyncEnumerable<string> Lines(string path, CancellationToken cancellationToken);
        IEnumerator<int> GetEnumerator();
        IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken);
        """);

    [Fact]
    public void PropertiesAndIndexers() => Verify(
        """
        [Idempotent] int Count { get; }
        string? Name { get; set; }
        string Once { get; init; }
        int this[string @key, int lease] { get; set; }
        Task<int> Later { get; }
        """);

    [Fact]
    public void GenericMethods() => Verify(
        """
        T Echo<T>(T value);
        T? Maybe<T>(T? value) where T : class;
        TKey? First<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> map) where TKey : struct, IEquatable<TKey> where TValue : notnull, new();
        void Stack<T>(scoped T value) where T : allows ref struct;
        T? Any<T>(T? value);
        """);

    [Fact]
    public void GenericContractsThatInherit()
    {
        var generated = Compiled.Generate(
            """
            namespace Users;
            public interface IReader<out T> { T Read(); string Name { get; } }
            public interface IWriter<in T> { void Write(T value); string Name { get; set; } }
            public static class Outer<TOuter> where TOuter : notnull
            {
                [Contract] public interface ICell<T> : IReader<T>, IWriter<T> where T : class { TOuter Key(); }
            }
            """);

        Snapshot.Verify(Assert.Single(generated).Value);
    }

    [Fact]
    public void ForeignInterfaces()
    {
        var generated = Compiled.Generate("[assembly: GenerateProxy(typeof(IComparer<>))]", "[assembly: GenerateProxy(typeof(IComparer<int>))]");

        Snapshot.Verify(Assert.Single(generated).Value);
    }

    private static void Verify(string members, [System.Runtime.CompilerServices.CallerMemberName] string name = "")
    {
        var generated = Compiled.Generate($"namespace Users;\n[Contract] public interface IThing\n{{\n{members}\n}}");
        Snapshot.Verify(Assert.Single(generated).Value, name);
    }
}
