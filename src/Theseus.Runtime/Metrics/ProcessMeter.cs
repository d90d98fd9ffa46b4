using System.Runtime.ExceptionServices;
using Theseus.Fleet;

namespace Theseus.Runtime.Metrics;

/// <summary>
/// Reads what this process uses. All but the exceptions is counted by the runtime anyway and costs nothing until it is read;
/// they are counted while somebody looks, by one addition for each. Thread-safe.
/// </summary>
internal sealed class ProcessMeter(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _begun = time.GetTimestamp();
    private readonly TimeSpan _before = Since(Environment.ProcessId, time);
    private bool _isCounting;
    private long _exceptions;

    /// <summary>Counts exceptions from now on, or no more.</summary>
    public void Measure(bool isWanted)
    {
        lock (_lock)
        {
            if (isWanted == _isCounting)
            {
                return;
            }

            _isCounting = isWanted;
            if (isWanted)
            {
                AppDomain.CurrentDomain.FirstChanceException += Count;
            }
            else
            {
                AppDomain.CurrentDomain.FirstChanceException -= Count;
            }
        }
    }

    /// <summary>What it is like now.</summary>
    public ProcessMetrics Read()
    {
        var collections2 = GC.CollectionCount(2);
        var collections1 = GC.CollectionCount(1);
        return new ProcessMetrics
        {
            Uptime = _before + time.GetElapsedTime(_begun),
            ProcessorTime = Environment.CpuUsage.TotalTime,
            WorkingSetBytes = Environment.WorkingSet,
            HeapBytes = GC.GetGCMemoryInfo(GCKind.Any).HeapSizeBytes,
            AllocatedBytes = GC.GetTotalAllocatedBytes(precise: false),
            CollectionPauses = GC.GetTotalPauseDuration(),
            // The runtime counts a collection of a generation as one of each younger one too.
            Generation0Collections = Math.Max(0, GC.CollectionCount(0) - collections1),
            Generation1Collections = Math.Max(0, collections1 - collections2),
            Generation2Collections = collections2,
            PoolThreads = ThreadPool.ThreadCount,
            PoolQueue = ThreadPool.PendingWorkItemCount,
            PoolCompleted = ThreadPool.CompletedWorkItemCount,
            LockContentions = Monitor.LockContentionCount,
            Exceptions = Interlocked.Read(ref _exceptions),
        };
    }

    private static TimeSpan Since(int process, TimeProvider time)
    {
        using var here = System.Diagnostics.Process.GetProcessById(process);
        var running = time.GetUtcNow() - here.StartTime.ToUniversalTime();
        return running > TimeSpan.Zero ? running : TimeSpan.Zero;
    }

    private void Count(object? sender, FirstChanceExceptionEventArgs thrown) => Interlocked.Increment(ref _exceptions);
}
