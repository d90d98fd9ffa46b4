namespace Theseus.Calls;

/// <summary>
/// A routed call that outlives the method it began in: ended once, when its owner and all who use it meanwhile have let
/// go, or when it is collected because it was forgotten. Thread-safe, save for <see cref="Fail"/>.
/// </summary>
internal sealed class HeldCall(RoutedCall call)
{
    private int _holds = 1;
    private bool _failed;

    // Nobody can be in the middle of a use: each holds a reference to this until it has let go.
    ~HeldCall()
    {
        if (_holds != 0)
        {
            call.End();
        }
    }

    /// <summary>The implementation that the lease holds.</summary>
    public object Instance => call.Instance;

    /// <summary>Holds the call for one use. False when it has ended.</summary>
    public bool TryHold()
    {
        for (var holds = Volatile.Read(ref _holds); holds != 0;)
        {
            var before = Interlocked.CompareExchange(ref _holds, holds + 1, holds);
            if (before == holds)
            {
                return true;
            }

            holds = before;
        }

        return false;
    }

    /// <summary>Lets go; the last one ends the call.</summary>
    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
        {
            GC.SuppressFinalize(this);
            call.End();
        }
    }

    /// <summary>Says that the call was answered.</summary>
    public void Succeed() => call.Succeed();

    /// <summary>Says that the call failed; only the first failure counts.</summary>
    public void Fail(Exception failure)
    {
        if (!_failed)
        {
            _failed = true;
            call.Fail(failure);
        }
    }
}
