using System.Threading.Channels;

namespace Theseus.Control.Distribution;

/// <summary>Wakes the one loop that waits for it, at once or when its pause is over. What wakes it while it works is not lost. Thread-safe.</summary>
internal sealed class WakeUp(TimeProvider time)
{
    private readonly Channel<bool> _token = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Wake() => _token.Writer.TryWrite(true);

    /// <summary>Waits; ends without a word when it is cancelled.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_token.Reader.WaitToReadAsync(either.Token).AsTask(), Task.Delay(longest, time, either.Token)).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        _token.Reader.TryRead(out _);
    }
}
