using System.Runtime.CompilerServices;

namespace Theseus.RabbitMq;

/// <summary>Two ways that are read as one.</summary>
internal static class Either
{
    /// <summary>What comes on either way, as it comes. The next of a way is asked for when what came of it has been dealt with. Ends when both have.</summary>
    /// <param name="one">One way.</param>
    /// <param name="other">The other.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<T> Of<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> one, Func<CancellationToken, IAsyncEnumerable<T>> other, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IAsyncEnumerator<T>[] ways = [one(ending.Token).GetAsyncEnumerator(CancellationToken.None), other(ending.Token).GetAsyncEnumerator(CancellationToken.None)];
        Task<bool>?[] moves = [ways[0].MoveNextAsync().AsTask(), ways[1].MoveNextAsync().AsTask()];
        try
        {
            while (moves.OfType<Task<bool>>().ToList() is { Count: > 0 } open)
            {
                var way = Array.IndexOf(moves, await Task.WhenAny(open).ConfigureAwait(false));
                if (await moves[way]!.ConfigureAwait(false))
                {
                    yield return ways[way].Current;
                    moves[way] = ways[way].MoveNextAsync().AsTask();
                }
                else
                {
                    moves[way] = null;
                }
            }
        }
        finally
        {
            // A way cannot be left while it is waited for.
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(moves.OfType<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(ways[0].DisposeAsync().AsTask(), ways[1].DisposeAsync().AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
