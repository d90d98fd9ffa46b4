using System.Collections;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

/// <summary>No changes, at whose end whoever writes them is kept as long as a slow disk would: when the lengths are known, and the bytes are asked for.</summary>
internal sealed class SlowBytes(Action keep) : IReadOnlyList<StateBytes>
{
    private int _asked;

    public int Count => 0;

    public StateBytes this[int index] => throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<StateBytes> GetEnumerator()
    {
        if (Interlocked.Increment(ref _asked) == 2)
        {
            keep();
        }

        yield break;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
