namespace Theseus.Runtime.State;

/// <summary>
/// The old generation's state at the moment of the swap, in its own schema. Holds nothing of any component's code.
/// Dispose of it when there is no way back any more.
/// </summary>
/// <param name="schema">The schema it is written in.</param>
/// <param name="state">The exported state, or the copy.</param>
/// <param name="changes">What was noted after the copy, in order.</param>
internal sealed class StateSnapshot(int schema, StateBytes state, IReadOnlyList<StateBytes> changes) : IDisposable
{
    public int Schema => schema;

    public StateBytes State => state;

    public IReadOnlyList<StateBytes> Changes => changes;

    public long Length => state.Length + changes.Sum(static change => change.Length);

    public void Dispose()
    {
        state.Dispose();
        foreach (var change in changes)
        {
            change.Dispose();
        }
    }
}
