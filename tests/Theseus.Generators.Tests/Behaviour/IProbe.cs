using System.Collections;
using System.Runtime.CompilerServices;

[assembly: Theseus.GenerateProxy(typeof(IComparer<>))]

namespace Theseus.Generators.Tests.Behaviour;

public interface IBase
{
    string Name { get; }

    int Same(int value);
}

public interface IOther
{
    string Name { get; set; }

    int Same(int value);
}

/// <summary>One of every shape that is forwarded.</summary>
[Contract]
public interface IProbe : IBase, IOther, IEnumerable<int>, IDisposable
{
    int Count { get; set; }

    string this[int index, string key] { get; set; }

    void Void(string text);

    [Idempotent]
    int Add(int left, int right = 2);

    [Idempotent]
    int Sum(ReadOnlySpan<int> values, in decimal extra);

    [Idempotent]
    int Wait(int value, CancellationToken cancellationToken);

    int Fill(Span<int> target, ref int calls, out int last);

    ReadOnlySpan<char> Trim(ReadOnlySpan<char> text);

    int Params(params int[] values);

    string @class(string @event, string lease, string task);

    T Echo<T>(T value) where T : notnull;

    T? Maybe<T>(T? value, bool give);

    TKey Pick<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> map, TValue value) where TKey : struct, IEquatable<TKey> where TValue : class?;

    int Twice(int value) => 2 * value;

    sealed int Fixed() => 7;

    dynamic Loose(dynamic value);

    Task Run(CancellationToken cancellationToken);

    [Idempotent]
    Task<string> Render([RoutingKey] string text, CancellationToken cancellationToken = default);

    ValueTask Tick();

    [Idempotent]
    ValueTask<int> Next(int value, CancellationToken cancellationToken);

    Task<int> Count2(ReadOnlySpan<char> text);

    Task<int> Write(Span<char> target);

    ValueTask<int> Write2(Span<char> target);

    Stream Open(string path);

    Task<Stream> OpenAsync(string path, CancellationToken cancellationToken);

    ValueTask<Stream> OpenAsync2(string path);

    Stream? OpenOrNull();

    Stream OpenInto(Span<int> target);

    IEnumerable<int> Range(int count, in int step);

    IEnumerable Untyped();

    IAsyncEnumerable<int> RangeAsync(int count, CancellationToken cancellationToken = default);
}

[Contract]
public interface ICache<TKey, in TValue> where TKey : notnull
{
    bool TryAdd(TKey key, TValue value);
}

public static class Outer<T>
{
    [Contract]
    public interface IInner
    {
        T Get([CallerMemberName] string? caller = null);
    }
}
