using System.Globalization;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Theseus.Fleet;

namespace Theseus.RabbitMq;

/// <summary>
/// Sends messages in batches that are as large as what waits, up to a bound, and awaits the broker's confirmations of one
/// before it sends the next. Who sends waits while there is no room, and no longer than the options say. Thread-safe.
/// </summary>
internal sealed class RabbitPublisher : IAsyncDisposable
{
    // Without the client's own limiter, which fails under load; batches are bounded here.
    private static readonly CreateChannelOptions s_confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);

    private readonly RabbitLink _link;
    private readonly Channel<RabbitSending> _waiting;
    private readonly Task _running;
    private IChannel? _channel;

    public RabbitPublisher(RabbitLink link)
    {
        _link = link;
        _waiting = Channel.CreateBounded<RabbitSending>(new BoundedChannelOptions(link.Options.Unconfirmed) { SingleReader = true });
        _running = Task.Run(RunAsync);
    }

    private RabbitOptions Options => _link.Options;

    /// <summary>Sends a message, and returns when the broker has it.</summary>
    /// <exception cref="ChannelUnavailableException">The broker is away, does not take it, or did not say in time that it has.</exception>
    public async ValueTask SendAsync(RabbitSending sending, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_link.Connection is null)
        {
            throw new ChannelUnavailableException("There is no connection to RabbitMQ now; it is made again as soon as it can be.");
        }

        using var deadline = new CancellationTokenSource(Options.SendTimeout, _link.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _waiting.Writer.WriteAsync(sending, either.Token).ConfigureAwait(false);
            await sending.Done.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException given) when (!cancellationToken.IsCancellationRequested)
        {
            var cause = InTime();
            sending.Fail(cause, given);
            throw new ChannelUnavailableException(cause, given);
        }
        catch (OperationCanceledException)
        {
            sending.Fail("Its sender gave up.");
            throw;
        }
        catch (ChannelClosedException closed)
        {
            throw new ChannelUnavailableException("The channel has been disposed of.", closed);
        }
    }

    /// <summary>Ends it; after its link, which is what it would wait for.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync()
    {
        var batch = new List<RabbitSending>(Options.Unconfirmed);
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < Options.Unconfirmed && _waiting.Reader.TryRead(out var sending))
            {
                // Some were given up while they waited.
                if (!sending.Done.IsCompleted)
                {
                    batch.Add(sending);
                }
            }

            try
            {
                await SendAsync(batch).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                // The loop's boundary: what could not be sent is told to who sent it.
                batch.ForEach(one => Fail(one, failure));
            }
        }
    }

    private async Task SendAsync(List<RabbitSending> batch)
    {
        using var deadline = new CancellationTokenSource(Options.SendTimeout, _link.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _link.Stopping);
        await _link.UnblockedAsync(either.Token).ConfigureAwait(false);
        var channel = await OpenAsync(either.Token).ConfigureAwait(false);
        await Task.WhenAll(batch.ConvertAll(one => SendAsync(channel, one, either.Token))).ConfigureAwait(false);
    }

    private async Task SendAsync(IChannel channel, RabbitSending sending, CancellationToken cancellationToken)
    {
        var properties = new BasicProperties { Type = sending.Message.Type, UserId = Options.User, ContentType = "application/json", Persistent = sending.IsKept };
        try
        {
            await channel.BasicPublishAsync(sending.Exchange, sending.RoutingKey, mandatory: sending.IsKept, properties, sending.Message.Body, cancellationToken).ConfigureAwait(false);
            sending.Succeed();
        }
        catch (Exception failure)
        {
            Fail(sending, failure);
        }
    }

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true } open)
        {
            return open;
        }

        if (_channel is { } closed)
        {
            _channel = null;
            await closed.DisposeAsync().ConfigureAwait(false);
        }

        var connection = await _link.ConnectionAsync(cancellationToken).ConfigureAwait(false);
        return _channel = await connection.CreateChannelAsync(s_confirmed, cancellationToken).ConfigureAwait(false);
    }

    private void Fail(RabbitSending sending, Exception failure) => sending.Fail(
        failure switch
        {
            PublishException { IsReturn: true } => "No queue takes it: what it is for has not been here, or its queue was deleted.",
            PublishException => "RabbitMQ refused it: its queue is full.",
            OperationCanceledException when _link.Stopping.IsCancellationRequested => "The channel has been disposed of.",
            OperationCanceledException => InTime(),
            _ => $"RabbitMQ did not take it: {RabbitCauses.Of(failure, Options)}",
        },
        failure);

    private string InTime() => string.Create(CultureInfo.InvariantCulture, $"RabbitMQ did not take it within {Options.SendTimeout.TotalSeconds:0.###} s.");
}
