namespace Theseus.Packaging;

/// <summary>The end of all patience with one listing or download.</summary>
internal sealed class FeedDeadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly TimeProvider _time;
    private readonly TimeSpan _length;
    private readonly long _start;

    public FeedDeadline(TimeSpan length, TimeProvider time)
    {
        _time = time;
        _length = length;
        _start = time.GetTimestamp();
        _source = new(length, time);
    }

    public bool HasPassed => _source.IsCancellationRequested;

    public TimeSpan Left => _length - _time.GetElapsedTime(_start);

    public CancellationTokenSource Link(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(_source.Token, cancellationToken);

    public void Dispose() => _source.Dispose();
}
