namespace Theseus.RabbitMq;

/// <summary>Pauses between tries that grow, each a little different, so that many that lost one broker do not come back at once. For one user.</summary>
internal sealed class Backoff(TimeProvider time, TimeSpan longest)
{
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(200);

    private TimeSpan _next = Shorter(s_first, longest);

    public void Reset() => _next = Shorter(s_first, longest);

    /// <summary>Waits, from half of the pause to all of it. Returns at once when it is cancelled.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var pause = _next * (0.5 + (Random.Shared.NextDouble() / 2));
        _next = Shorter(_next * 2, longest);
        await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
