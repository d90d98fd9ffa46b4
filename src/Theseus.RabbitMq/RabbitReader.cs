using System.Runtime.CompilerServices;
using RabbitMQ.Client.Exceptions;

namespace Theseus.RabbitMq;

/// <summary>Reads a queue for as long as somebody wants to, over lost connections and deleted queues. Thread-safe.</summary>
internal sealed class RabbitReader<T>(RabbitLink link, RabbitQueue<T> queue)
{
    private readonly Occasionally _setAside = new(link.Time);
    private readonly Occasionally _unreadable = new(link.Time);

    /// <summary>What comes, in lists; each is acknowledged when the next is asked for. Ends when the link is disposed of.</summary>
    /// <param name="most">How many at once at most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<IReadOnlyList<T>> ReadAsync(int most, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, link.Stopping);
        while (await BeginAsync(cancellationToken, either.Token).ConfigureAwait(false) is { } consumer)
        {
            await using var ending = consumer.ConfigureAwait(false);
            while (await NextAsync(consumer, most, cancellationToken, either.Token).ConfigureAwait(false) is { } next)
            {
                yield return next.Values;
                await consumer.AcknowledgeAsync(next.Last, either.Token).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The same, one by one.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<T> ReadEachAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var one in ReadAsync(1, cancellationToken).ConfigureAwait(false))
        {
            yield return one[0];
        }
    }

    /// <summary>Begins to read, as soon as that is possible; null when the link is disposed of.</summary>
    private async Task<RabbitConsumer<T>?> BeginAsync(CancellationToken cancellationToken, CancellationToken either)
    {
        var backoff = new Backoff(link.Time, link.Options.LongestPause);
        var declares = true;
        while (true)
        {
            try
            {
                return await RabbitConsumer<T>.BeginAsync(link, queue, declares, _setAside, either).ConfigureAwait(false);
            }
            catch (Exception) when (either.IsCancellationRequested)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return null;
            }
            catch (OperationInterruptedException other) when (declares && other.ShutdownReason?.ReplyCode == RabbitDeclaring.OtherSettings)
            {
                link.Logger.OtherSettings(queue.Name, RabbitCauses.Of(other, link.Options));
                declares = false;
                continue;
            }
            catch (Exception failure)
            {
                // The loop's boundary: the connection was lost, or a right is missing that may be given later.
                _unreadable.Note(_ => link.Logger.Unreadable(queue.Name, RabbitCauses.Of(failure, link.Options)));
                declares = true;
            }

            await backoff.WaitAsync(either).ConfigureAwait(false);
        }
    }

    private static async Task<(ulong Last, List<T> Values)?> NextAsync(RabbitConsumer<T> consumer, int most, CancellationToken cancellationToken, CancellationToken either)
    {
        try
        {
            return await consumer.NextAsync(most, either).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The link is disposed of: a last try to begin again finds that, and ends the reading.
            return null;
        }
    }
}
