namespace Theseus.RabbitMq;

/// <summary>Has something told at most once in a while, with how often it happened. Thread-safe.</summary>
internal sealed class Occasionally(TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private long _count;
    private long _told;
    private bool _hasTold;

    /// <summary>Notes that it happened.</summary>
    /// <param name="tell">Tells it; gets how often it has happened since it was told last.</param>
    public void Note(Action<long> tell)
    {
        long count;
        lock (_lock)
        {
            _count++;
            if (_hasTold && time.GetElapsedTime(_told) < s_pause)
            {
                return;
            }

            (count, _count, _told, _hasTold) = (_count, 0, time.GetTimestamp(), true);
        }

        tell(count);
    }
}
