namespace Theseus.Samples.Bad;

[Component("rate-limiter", typeof(IRateLimiter))]
[StateSchema(1)]
public sealed class RateLimiter : CountingLimiter
{
    public override async ValueTask ExportAsync(Stream destination, CancellationToken cancellationToken) =>
        await new TaskCompletionSource().Task.ConfigureAwait(false);
}
