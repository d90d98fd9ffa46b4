using System.Collections;
using System.ComponentModel;

namespace Theseus.Calls;

/// <summary>
/// Makes a sequence of an enumerator, to be enumerated once: for contracts that are sequences themselves, whose
/// enumerators hold their lease through <see cref="LeasedEnumerable"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class EnumeratedOnce
{
    /// <summary>A sequence of an enumerator.</summary>
    /// <param name="enumerator">The enumerator; disposed of with the sequence's.</param>
    public static IEnumerable<T> Sequence<T>(IEnumerator<T> enumerator)
    {
        ArgumentNullException.ThrowIfNull(enumerator);
        using (enumerator)
        {
            while (enumerator.MoveNext())
            {
                yield return enumerator.Current;
            }
        }
    }

    /// <inheritdoc cref="Sequence{T}"/>
    public static IEnumerable<object?> Untyped(IEnumerator enumerator)
    {
        ArgumentNullException.ThrowIfNull(enumerator);
        try
        {
            while (enumerator.MoveNext())
            {
                yield return enumerator.Current;
            }
        }
        finally
        {
            (enumerator as IDisposable)?.Dispose();
        }
    }

    /// <inheritdoc cref="Sequence{T}"/>
    public static async IAsyncEnumerable<T> AsyncSequence<T>(IAsyncEnumerator<T> enumerator)
    {
        ArgumentNullException.ThrowIfNull(enumerator);
        await using (enumerator.ConfigureAwait(false))
        {
            while (await enumerator.MoveNextAsync().ConfigureAwait(false))
            {
                yield return enumerator.Current;
            }
        }
    }
}
