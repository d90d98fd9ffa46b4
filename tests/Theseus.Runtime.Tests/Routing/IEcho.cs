using System.Runtime.CompilerServices;

namespace Theseus.Runtime.Tests.Routing;

/// <summary>A contract of the tests' own; its proxy is generated like any other.</summary>
[Contract]
public interface IEcho
{
    [Idempotent]
    string Echo(string text);

    string Once(string text);

    [Idempotent]
    ValueTask<string> EchoAsync(string text, CancellationToken cancellationToken);

    [Idempotent]
    string Keyed([RoutingKey] string key);

    IAsyncEnumerable<int> CountAsync(int count, CancellationToken cancellationToken);
}

/// <summary>Answers with its name and what it was given.</summary>
internal sealed class Echoes(string name) : IEcho
{
    /// <summary>Called first by every call; may throw or block.</summary>
    public Action<string>? First { get; set; }

    /// <summary>Awaited by asynchronous calls.</summary>
    public Func<CancellationToken, Task>? Before { get; set; }

    public int Calls;

    public string Echo(string text)
    {
        Interlocked.Increment(ref Calls);
        First?.Invoke(text);
        return $"{name}:{text}";
    }

    public string Once(string text) => Echo(text);

    public string Keyed(string key) => Echo(key);

    public async ValueTask<string> EchoAsync(string text, CancellationToken cancellationToken)
    {
        if (Before is { } before)
        {
            await before(cancellationToken);
        }

        return Echo(text);
    }

    public async IAsyncEnumerable<int> CountAsync(int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            if (Before is { } before)
            {
                await before(cancellationToken);
            }

            yield return i;
        }
    }
}
