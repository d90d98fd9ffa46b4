namespace Theseus.Runtime.Live.Tests;

/// <summary>Takes permits for a few clients, and counts what was granted.</summary>
internal sealed class Takers : IAsyncDisposable
{
    private readonly LiveHost _host;
    private readonly Load _load;
    private long _granted;
    private int _next;

    public Takers(LiveHost host)
    {
        _host = host;
        _load = new Load(() =>
        {
            var client = $"client-{Interlocked.Increment(ref _next) % 50}";
            if (host.Limiter.TryAcquire(client, 1).Granted)
            {
                Interlocked.Increment(ref _granted);
            }
        });
    }

    public Task MoreAsync(long calls) => _load.MoreAsync(calls);

    public async Task EndAsync()
    {
        await _load.EndAsync();
        Assert.Equal(_granted, _host.Limiter.TotalGranted());
        Assert.Equal(_granted, _host.Limiter.Snapshot().Values.Sum());
    }

    public ValueTask DisposeAsync() => _load.DisposeAsync();
}
