using System.Collections;

namespace Theseus.Generators.Tests.Behaviour;

/// <summary>The component behind the proxy: it does what the test lays into it.</summary>
internal sealed class Probe : IProbe
{
    private readonly Dictionary<(int, string), string> _items = [];

    public Func<object?> Result { get; init; } = () => null;

    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CancellationToken Token { get; private set; }

    public bool Disposed { get; private set; }

    public int Count { get; set; }

    string IBase.Name => "base";

    public string Name { get; set; } = "other";

    public string this[int index, string key]
    {
        get => _items[(index, key)];
        set => _items[(index, key)] = value;
    }

    int IBase.Same(int value) => value + 1;

    public int Same(int value) => value + 2;

    public void Void(string text) => Result();

    public int Add(int left, int right = 2) => Result() as int? ?? left + right;

    public int Sum(ReadOnlySpan<int> values, in decimal extra)
    {
        var sum = Result() as int? ?? (int)extra;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }

    public int Wait(int value, CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        return Result() as int? ?? value;
    }

    public int Fill(Span<int> target, ref int calls, out int last)
    {
        target.Fill(++calls);
        last = target.Length;
        Result();
        return 42;
    }

    public ReadOnlySpan<char> Trim(ReadOnlySpan<char> text) => text.Trim();

    public int Params(params int[] values) => values.Length;

    public string @class(string @event, string lease, string task) => @event + lease + task;

    public T Echo<T>(T value) where T : notnull => value;

    public T? Maybe<T>(T? value, bool give) => give ? value : default;

    public TKey Pick<TKey, TValue>(IReadOnlyDictionary<TKey, TValue> map, TValue value) where TKey : struct, IEquatable<TKey> where TValue : class? =>
        map.First(pair => Equals(pair.Value, value)).Key;

    public dynamic Loose(dynamic value) => value + 1;

    public Task Run(CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        return (Task?)Result() ?? Gate.Task.WaitAsync(cancellationToken);
    }

    public Task<string> Render(string text, CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        return Result() is Exception failure ? Task.FromException<string>(failure) : (Task<string>)Result()!;
    }

    public ValueTask Tick() => Result() is Task task ? new(task) : default;

    public ValueTask<int> Next(int value, CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        return Result() is Task<int> task ? new(task) : new(value + 1);
    }

    public Task<int> Count2(ReadOnlySpan<char> text)
    {
        var length = text.Length;
        return Later(() => length);
    }

    public Task<int> Write(Span<char> target)
    {
        target.Fill('x');
        return Later(() => 5);
    }

    public ValueTask<int> Write2(Span<char> target) => new(Write(target));

    public Stream Open(string path) => (Stream)(Result() ?? new MemoryStream([1, 2, 3]));

    public async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        await Gate.Task.WaitAsync(cancellationToken);
        return Open(path);
    }

    public ValueTask<Stream> OpenAsync2(string path) => new(Open(path));

    public Stream? OpenOrNull() => null;

    public Stream OpenInto(Span<int> target)
    {
        target.Clear();
        return new MemoryStream();
    }

    public IEnumerable<int> Range(int count, in int step)
    {
        var by = step;
        return Enumerable.Range(0, count).Select(value => value * by);
    }

    public IEnumerable Untyped() => new[] { 1, 2 };

    public async IAsyncEnumerable<int> RangeAsync(int count, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        for (var value = 0; value < count; value++)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return value;
        }
    }

    public IEnumerator<int> GetEnumerator() => Enumerable.Range(0, 3).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() => Disposed = true;

    private async Task<T> Later<T>(Func<T> result)
    {
        await Gate.Task;
        return result();
    }
}
