namespace Theseus.Runtime.Swapping;

/// <summary>How long component code may go on without getting on: a limit that begins anew with each of its steps. Thread-safe.</summary>
internal sealed class Patience(TimeSpan limit, TimeProvider time)
{
    private long _since = time.GetTimestamp();

    public TimeSpan Limit => limit;

    /// <summary>What is left of the limit; zero or less when it has passed.</summary>
    public TimeSpan Left => limit - time.GetElapsedTime(Volatile.Read(ref _since));

    /// <summary>Begins anew: another step has begun.</summary>
    public void Renew() => Volatile.Write(ref _since, time.GetTimestamp());
}
