using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using NuGet.Versioning;
using Relay;
using Theseus.Packaging;
using Theseus.Runtime;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Routing;
using Theseus.Runtime.Swapping;

namespace Theseus.LoadBench.LostCalls;

/// <summary>
/// Swaps by the product's own controller of a slot, of generations that are objects of this process instead of loaded
/// code, and without a disk: all else of a swap is as in a host.
/// </summary>
internal sealed class SlotSwaps
{
    public const int Full = 100_000;
    public const int Small = 1_000;

    // Retirements go on beside the next swaps, as in a host; all that wait at one time share a collection.
    private const int RetiringAtOnce = 64;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    // Added to by the thread that loads, one at a time.
    private readonly ConcurrentDictionary<int, Watch> _watches = [];
    private readonly Queue<Task<RetirementRecord?>> _retiring = [];
    private readonly bool _hasState;
    private readonly VerifiedRelease _release;
    private readonly SlotController _controller;
    private readonly ComponentLoadContext _code;
    private readonly IRelay _proxy;
    private WeakReference<CountingRelay>? _newest;

    private SlotSwaps(bool hasState)
    {
        _hasState = hasState;
        _release = Release(hasState);
        var time = TimeProvider.System;
        var slot = new ComponentSlot("relay", time);
        var proxy = ProxyFactory.Create(ProxyFactory.FindProxyType(typeof(IRelay)), slot);
        slot.SetMethods(proxy.ContractMethods);
        _proxy = (IRelay)proxy;
        _code = new ComponentLoadContext(_release, new SharedAssemblies(_release.Manifest, typeof(IRelay).Assembly), collectible: false);
        var setup = new SlotSetup
        {
            Component = "relay",
            Contract = typeof(IRelay),
            Time = time,
            Logger = NullLogger.Instance,
            Loading = LoadingMode.Resident,
            Load = Load,
            FaultsOfAsync = static (_, _) => Task.FromResult<string?>(null),
            SurroundingsFor = (_, _, onFault) => new ComponentSurroundings(
                NullLoggerFactory.Instance, new ConfigurationBuilder().Build(), new Dictionary<string, string>(), time, null, onFault),
        };
        _controller = new SlotController(setup, slot, new MemoryJournal(), new UnloadVerifier(time));
    }

    /// <summary>Swaps, half of them of generations without state, half of generations whose state is transferred.</summary>
    public static async Task<SwapCounts> RunAsync(BenchRun run)
    {
        var half = run.Count(Full, Small) / 2;
        var bound = run.Time(900, 20);
        var plain = await new SlotSwaps(hasState: false).RunAsync(run, half, bound);
        var moving = await new SlotSwaps(hasState: true).RunAsync(run, half, bound);
        return plain with
        {
            Swaps = plain.Swaps + moving.Swaps,
            Elapsed = plain.Elapsed + moving.Elapsed,
            Calls = plain.Calls + moving.Calls,
            Lost = plain.Lost + moving.Lost,
            Failures = [.. plain.Failures, .. moving.Failures],
            OnDrained = plain.OnDrained + moving.OnDrained,
            Unaccounted = plain.Unaccounted + moving.Unaccounted,
            TakenBack = plain.TakenBack + moving.TakenBack,
            NotDone = plain.NotDone + moving.NotDone,
        };
    }

    private async Task<SwapCounts> RunAsync(BenchRun run, int goal, TimeSpan bound)
    {
        var time = TimeProvider.System;
        await _controller.StartAsync(_release, null, Options(0), CancellationToken.None);
        var callers = RelayCallers.Start(_proxy, version => long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        var (swaps, takenBack, notDone) = (0L, 0L, new List<string>());
        var begun = time.GetTimestamp();
        await using (callers)
        {
            while (swaps < goal && time.GetElapsedTime(begun) < bound)
            {
                var result = await SwapAsync(swaps);
                takenBack += result.Outcome == SwapOutcome.RolledBack ? 1 : 0;
                if (result.Outcome is not (SwapOutcome.Completed or SwapOutcome.RolledBack))
                {
                    notDone.Add($"{result.Outcome} {result.Reason}: {result.Detail}");
                }

                if (++swaps % 5_000 == 0)
                {
                    run.Tell($"{swaps} swaps {(_hasState ? "with" : "without")} state, {callers.Answered} calls");
                }
            }
        }

        var elapsed = time.GetElapsedTime(begun);
        await CloseRetiredAsync(0);
        var executed = _watches.Values.Sum(watch => watch.Ended);
        var inState = _hasState && _newest!.TryGetTarget(out var newest) ? newest.Calls : executed;
        await _controller.StopAsync(new SwapDeadlines(), CancellationToken.None);
        return new SwapCounts
        {
            Swaps = swaps - notDone.Count,
            Elapsed = elapsed,
            Calls = callers.Started,
            Lost = callers.Started - callers.Answered,
            Failures = [.. callers.Failures, .. notDone.Take(5)],
            OnDrained = _watches.Values.Sum(watch => watch.Violations),
            Unaccounted = Math.Abs(executed - callers.Answered) + Math.Abs(inState - callers.Answered),
            TakenBack = takenBack,
            NotDone = notDone.Count,
        };
    }

    /// <summary>One swap: every third without a trial, the others with one that an order ends, every fifth of those by taking the release back.</summary>
    private async Task<SwapResult> SwapAsync(long number)
    {
        // A swap that no caller is there for proves nothing.
        var known = _watches.Count;
        var swap = _controller.SwapAsync(new ValidatedRelease(_release, null, new StepTiming(SwapStep.Validate, TimeSpan.Zero)), Options(number), CancellationToken.None);
        if (HasTrial(number))
        {
            Watch? candidate;
            while (!_watches.TryGetValue(known + 1, out candidate) && !swap.IsCompleted)
            {
                await Task.Yield();
            }

            if (candidate is not null)
            {
                await Task.WhenAny(candidate.Called, swap).WaitAsync(s_longestWait);
            }

            _ = _controller.Order(number % 5 == 4 ? TrialOrder.TakeBack : TrialOrder.Confirm);
        }

        var result = await swap.WaitAsync(s_longestWait);
        _retiring.Enqueue(result.Retirement);
        await CloseRetiredAsync(RetiringAtOnce);
        return result;
    }

    private async Task CloseRetiredAsync(int left)
    {
        while (_retiring.Count > left)
        {
            if (await _retiring.Dequeue().WaitAsync(s_longestWait) is { } retired)
            {
                _watches[retired.Generation].Close();
            }
        }
    }

    private static bool HasTrial(long number) => number % 3 != 0;

    private SwapOptions Options(long number) => new()
    {
        Loading = LoadingMode.Resident,
        WarmUp = new() { Rounds = 0, LongestSettling = TimeSpan.Zero, RecentCalls = 0 },
        RestBeforeStop = TimeSpan.Zero,
        Trial = new()
        {
            Duration = HasTrial(number) ? s_longestWait : TimeSpan.Zero,
            NeedsOrder = true,
            Share = _hasState ? 1 : 0.5,
            SlowdownAllowed = 1_000_000,
        },
    };

    /// <summary>Called one at a time, in the order of the generations' numbers.</summary>
    private LoadedComponent Load(LoadRequest request)
    {
        var watch = new Watch(_watches.Count + 1);
        var loaded = new LoadedComponent(request, _code, new ComponentContext("relay", "1.0.0", request.Surroundings));
        WatchedRelay relay = _hasState ? new CountingRelay(watch) : new WatchedRelay(watch);
        loaded.SetInstance(relay);
        _newest = relay is CountingRelay counting ? new(counting) : null;
        _watches[_watches.Count + 1] = watch;
        return loaded;
    }

    private static VerifiedRelease Release(bool hasState)
    {
        var contract = typeof(IRelay).Assembly.GetName();
        var version = new NuGetVersion(1, 0, 0);
        return new VerifiedRelease(
            new ReleaseManifest
            {
                Format = ReleaseManifest.CurrentFormat,
                Component = "relay",
                Version = version,
                TargetFramework = "net10.0",
                Contract = new ContractReference(typeof(IRelay).FullName!, contract.Name!, version, VersionRange.All),
                Entry = new EntryPoint("lib/net10.0/Relay.dll", nameof(WatchedRelay)),
                State = hasState ? new StateDeclaration(StateKind.Transferred, 1, null, []) : StateDeclaration.None,
                Dependencies = [],
                Resources = new ResourceNeeds(0, 0),
                SharedAssemblies = [],
                Files = [],
            },
            new string('0', 64),
            AppContext.BaseDirectory);
    }
}
