using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace Theseus.Calls;

/// <summary>Which calls are timed: every one, or one in so many. May change at any time. Thread-safe.</summary>
/// <remarks>
/// A thread's calls of a method are numbered, and the number is hashed with the golden ratio (Knuth, "The Art of Computer
/// Programming", vol. 3, section 6.4: Fibonacci hashing). The timed ones are spread as evenly as can be, and since the
/// ratio is irrational, evenly over every pattern that repeats after some calls as well: a caller that makes a slow call
/// after seven quick ones has its slow calls timed one in so many, like the others. It costs a multiplication.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class CallSampling
{
    private const ulong GoldenRatio = 0x9E3779B97F4A7C15;

    private volatile uint _last = uint.MaxValue;

    /// <summary>Times one in so many calls from now on.</summary>
    /// <param name="oneIn">In how many; 1 for every call.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not greater than zero.</exception>
    public void TimeOneIn(int oneIn)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(oneIn);
        _last = (uint)((1UL << 32) / (ulong)oneIn - 1);
    }

    /// <summary>Whether a call is timed.</summary>
    /// <param name="number">The call's number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Takes(long number) => (uint)((ulong)number * GoldenRatio >> 32) <= _last;
}
