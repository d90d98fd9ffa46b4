using Theseus.Calls;

namespace Theseus.Generators.Tests.Behaviour;

/// <summary>Notes what is counted, without allocating for answers.</summary>
internal sealed class ProbeMeter() : CallMeter(TimeProvider.System, new CallSampling())
{
    private long _answered;
    private long _untimed;
    private long _givenUp;

    public long Answers => Interlocked.Read(ref _answered);

    public long Untimed => Interlocked.Read(ref _untimed);

    public long GivenUp => Interlocked.Read(ref _givenUp);

    public List<string> Failures { get; } = [];

    protected override void CountAnswered(int method, long nanoseconds)
    {
        Interlocked.Increment(ref _answered);
        Interlocked.Add(ref _untimed, nanoseconds < 0 ? 1 : 0);
    }

    protected override void CountFailed(int method, string kind)
    {
        lock (Failures)
        {
            Failures.Add(kind);
        }
    }

    protected override void CountGivenUp(int method) => Interlocked.Increment(ref _givenUp);
}
