using System.Collections;

namespace Theseus.Runtime.Routing;

/// <summary>How the answers to a shadowed call are compared where the host says nothing else: by <see cref="object.Equals(object?)"/>, sequences element by element.</summary>
internal static class AnswerComparison
{
    public static bool AreEqual(object? one, object? other)
    {
        if (Equals(one, other))
        {
            return true;
        }

        if (one is string || other is string || one is not IEnumerable first || other is not IEnumerable second)
        {
            return false;
        }

        var left = first.GetEnumerator();
        var right = second.GetEnumerator();
        try
        {
            while (left.MoveNext())
            {
                if (!right.MoveNext() || !AreEqual(left.Current, right.Current))
                {
                    return false;
                }
            }

            return !right.MoveNext();
        }
        finally
        {
            (left as IDisposable)?.Dispose();
            (right as IDisposable)?.Dispose();
        }
    }
}
