namespace Theseus.LoadBench.Fleet.Tasks;

/// <summary>A way that tasks take to nodes, and their answers back.</summary>
internal interface ITaskPath : IAsyncDisposable
{
    /// <summary>Sends tasks, some in each message, spread over the nodes; returns when the answer to the last one has been read.</summary>
    /// <param name="tasks">How many.</param>
    /// <param name="inEach">How many of them in each message.</param>
    Task RunAsync(int tasks, int inEach);
}
