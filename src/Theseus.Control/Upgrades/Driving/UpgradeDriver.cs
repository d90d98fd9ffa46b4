using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Theseus.Control.Distribution;
using Theseus.Fleet;

namespace Theseus.Control.Upgrades;

/// <summary>Keeps upgrades moving: reports, orders and the clock wake one loop, which alone touches them. Thread-safe.</summary>
internal sealed partial class UpgradeDriver
{
    private const int InboxSize = 4096;
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestCheck = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_longestRelease = TimeSpan.FromSeconds(2);

    private readonly Channel<Func<CancellationToken, Task>> _inbox =
        Channel.CreateBounded<Func<CancellationToken, Task>>(new BoundedChannelOptions(InboxSize) { SingleReader = true });

    private readonly Dictionary<string, Task> _checks = new(StringComparer.Ordinal);
    private readonly DrivenUpgrades _upgrades;
    private readonly IFleetChannel _channel;
    private readonly IFeasibility _feasibility;
    private readonly TimeProvider _time;
    private readonly ILogger<UpgradeDriver> _logger;
    private readonly UpgradeDriving? _driving;

    public UpgradeDriver(
        IUpgradeStore store, IFleetChannel channel, IWaveJudge judge, IFeasibility feasibility, TimeProvider time, ILogger<UpgradeDriver> logger, UpgradeDriving? driving)
    {
        _driving = driving;
        _upgrades = new DrivenUpgrades(store, channel, judge, time, logger, driving is null ? null : new HeldLeases(driving.Leases, driving.Owner, time), driving?.Nodes, NodeTasks, driving?.Evidence, driving?.Metrics);
        _channel = channel;
        _feasibility = feasibility;
        _time = time;
        _logger = logger;
    }

    /// <summary>What upgrades have nodes do.</summary>
    public NodeTaskTally NodeTasks { get; } = new();

    /// <summary>Whether other control planes may drive upgrades of the same store.</summary>
    public bool AreShared => _upgrades.AreShared;

    /// <summary>Told of each change after it was stored, on the loop: has to return soon.</summary>
    public Action<UpgradeRecord> OnChanged { set => _upgrades.OnChanged = value; }

    /// <summary>Told when a node's report was taken.</summary>
    public Action OnReported { set => _upgrades.OnReported = value; }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _upgrades.OnToBeChecked = upgrade => BeginCheck(upgrade, ending.Token);
        // A node that is lost is to be acted upon now, and not at the next look.
        void WakeUp(NodeStatus node) => _inbox.Writer.TryWrite(_ => Task.CompletedTask);
        if (_driving?.Nodes is { } watched)
        {
            watched.Changed += WakeUp;
        }

        var reading = Task.Run(() => ReadReportsAsync(ending.Token), CancellationToken.None);
        var listening = Task.Run(() => ListenAsync(ending.Token), CancellationToken.None);
        try
        {
            await RecoverAsync(ending.Token).ConfigureAwait(false);
            while (true)
            {
                var next = await _upgrades.AdvanceAllAsync(ending.Token).ConfigureAwait(false);
                await WaitAsync(next, ending.Token).ConfigureAwait(false);
                while (_inbox.Reader.TryRead(out var work))
                {
                    await work(ending.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            if (_driving?.Nodes is { } nodes)
            {
                nodes.Changed -= WakeUp;
            }

            await ending.CancelAsync().ConfigureAwait(false);
            _inbox.Writer.TryComplete();
            await Task.WhenAll([reading, listening, .. _checks.Values]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Orders that came too late find a cancelled token, and say so to whoever waits for them.
            while (_inbox.Reader.TryRead(out var late))
            {
                await late(ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await ReleaseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Does something with the upgrades, on the loop, and returns what came of it.</summary>
    public async Task<T> OnLoopAsync<T>(Func<DrivenUpgrades, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _inbox.Writer.WriteAsync(
            async token =>
            {
                try
                {
                    done.TrySetResult(await work(_upgrades, token).ConfigureAwait(false));
                }
                catch (OperationCanceledException) when (token.IsCancellationRequested)
                {
                    done.TrySetException(new ChannelClosedException("The control plane is ending. What was asked for was not done; ask again when it is back."));
                }
                catch (Exception failure)
                {
                    done.TrySetException(failure);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads what a predecessor left, and tries again as long as the storage cannot be read.</summary>
    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await _upgrades.RecoverAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                LogNotRecovered(_logger, failure);
                await Task.Delay(s_again, _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ReadReportsAsync(CancellationToken cancellationToken)
    {
        await foreach (var report in _channel.ReadReportsAsync(cancellationToken).ConfigureAwait(false))
        {
            await _inbox.Writer.WriteAsync(
                _ =>
                {
                    _upgrades.Take(report);
                    return Task.CompletedTask;
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Has the loop look at the store whenever another has changed it.</summary>
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        if (_driving is null || !AreShared)
        {
            return;
        }

        // One look at a time is asked for: it finds all that was changed before it.
        var isAsked = 0;
        await _driving.Changes.ListenAsync(
            () =>
            {
                if (Interlocked.Exchange(ref isAsked, 1) == 0)
                {
                    var isTaken = _inbox.Writer.TryWrite(_ =>
                    {
                        Interlocked.Exchange(ref isAsked, 0);
                        _upgrades.LookSoon();
                        return Task.CompletedTask;
                    });
                    if (!isTaken)
                    {
                        // The loop has enough to do, and looks at each interval.
                        Interlocked.Exchange(ref isAsked, 0);
                    }
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>So that others need not wait. One that cannot be given back ends by itself.</summary>
    private async Task ReleaseAsync()
    {
        using var deadline = new CancellationTokenSource(s_longestRelease, _time);
        try
        {
            await _upgrades.ReleaseAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            LogNotReleased(_logger, failure.Message);
        }
    }

    private async Task WaitAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        var left = until - _time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_inbox.Reader.WaitToReadAsync(either.Token).AsTask(), Task.Delay(left, _time, either.Token)).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Checks beside the loop, for feeds may be slow; the end comes back onto the loop. Called on the loop.</summary>
    private void BeginCheck(UpgradeRecord upgrade, CancellationToken cancellationToken)
    {
        if (!_checks.ContainsKey(upgrade.Id))
        {
            IReadOnlyList<NodeReport> nodes = [.. _upgrades.Nodes];
            _checks[upgrade.Id] = Task.Run(() => CheckAsync(upgrade, nodes, cancellationToken), cancellationToken);
        }
    }

    private async Task CheckAsync(UpgradeRecord upgrade, IReadOnlyList<NodeReport> nodes, CancellationToken cancellationToken)
    {
        Feasibility found;
        try
        {
            found = await _feasibility.CheckAsync(upgrade.Request, nodes, cancellationToken).WaitAsync(s_longestCheck, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            found = new Feasibility { Problems = [$"It could not be checked: {failure.Message}"] };
        }

        await _inbox.Writer.WriteAsync(
            async token =>
            {
                _checks.Remove(upgrade.Id);
                try
                {
                    await _upgrades.PlanAsync(upgrade.Id, found, token).ConfigureAwait(false);
                }
                catch (Exception failure) when (failure is not OperationCanceledException || !token.IsCancellationRequested)
                {
                    // It is checked once more at the next look.
                    LogNotPlanned(_logger, upgrade.Id, failure);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(3004, LogLevel.Error, "The upgrades could not be read; it is tried again")]
    private static partial void LogNotRecovered(ILogger logger, Exception failure);

    [LoggerMessage(3007, LogLevel.Warning, "The leases of upgrades could not be given back; they end by themselves: {Why}")]
    private static partial void LogNotReleased(ILogger logger, string why);

    [LoggerMessage(3003, LogLevel.Error, "Upgrade {Upgrade}: what came of checking it could not be stored; it is checked again")]
    private static partial void LogNotPlanned(ILogger logger, string upgrade, Exception failure);
}
