namespace Theseus.Samples.Bad;

[Component("rate-limiter", typeof(IRateLimiter))]
[StateSchema(1)]
public sealed class RateLimiter : CountingLimiter
{
    public override async ValueTask ImportAsync(Stream source, CancellationToken cancellationToken)
    {
        await source.ReadExactlyAsync(new byte[8], cancellationToken).ConfigureAwait(false);
        throw new InvalidDataException("The state is not understood.");
    }
}
