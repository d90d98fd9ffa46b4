using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Theseus.Fixtures;
using Theseus.Runtime.Loading;

namespace Theseus.Runtime.Tests.Loading;

/// <summary>What the product does about everything that is known to pin a collectible context, and about what is known not to.</summary>
[Collection(nameof(UnloadingCollection))]
public sealed class PinMatrix
{
    private static readonly UnloadVerifier _verifier = new(TimeProvider.System);
    private static readonly HeapWalker _walker = new(TimeProvider.System);

    /// <summary>It is in nobody's way.</summary>
    public static TheoryData<string> Harmless =>
    [
        "GeneratedJson", "OwnContainer", "Linq", "CompiledExpression", "PooledArray", "ThreadStatics",
        "UnlistenedEventSource", "UndisposedHttpClient", "DisposedMeter",
    ];

    /// <summary>It was made through the context, and ends with the generation.</summary>
    public static TheoryData<string> EndedByStopping =>
    [
        "ContextTask", "ContextTimer", "ContextClock", "ContextConfiguration", "ContextOnStop", "DisposesItself",
    ];

    /// <summary>The host ends it, and says so.</summary>
    public static TheoryData<string, PinKind> Ended => new()
    {
        { "UndisposedTimer", PinKind.Timer },
        { "PeriodicTimerLoop", PinKind.Timer },
        { "LongDelay", PinKind.Timer },
        { "RegisteredWait", PinKind.BackgroundTask },
        { "AppDomainEvent", PinKind.StaticEvent },
        { "TaskSchedulerEvent", PinKind.StaticEvent },
        { "ConsoleEvent", PinKind.StaticEvent },
        { "DefaultContextEvent", PinKind.StaticEvent },
        { "ObservableMeter", PinKind.Diagnostics },
        { "ForgottenActivityListener", PinKind.Diagnostics },
        { "ForgottenMeterListener", PinKind.Diagnostics },
        { "ForgottenEventListener", PinKind.Diagnostics },
        { "DiagnosticSubscription", PinKind.Diagnostics },
        { "NamedDiagnosticSubscription", PinKind.Diagnostics },
    };

    /// <summary>The host empties the cache.</summary>
    public static TheoryData<string> Cached =>
        ["ReflectionJson", "ReflectionJsonWithOptionsOfTheHost", "Described", "DescribedWithProvider", "Dispatched"];

    /// <summary>It stays, and the heap walk names the holder: its kind, and a word of its description.</summary>
    public static TheoryData<string, PinKind, string> Kept => new()
    {
        { "Dynamic", PinKind.Cache, "static field Microsoft.CSharp.RuntimeBinder." },
        { "AcceptLoop", PinKind.BackgroundTask, "AcceptLoop.AcceptAsync()" },
        { "RunningThread", PinKind.RunningThread, "'fixture loop' runs Theseus.Fixtures.Pins.RunningThread.Loop()" },
        { "AwaitsTheHost", PinKind.BackgroundTask, "AwaitsTheHost.WaitAsync()" },
        { "CancellationRegistration", PinKind.CancellationRegistration, "a lambda in Theseus.Fixtures.Pins.CancellationRegistration.Pin()" },
        { "ChangeTokenRegistration", PinKind.CancellationRegistration, "ChangeToken" },
        { "ForgottenGcHandle", PinKind.GcHandle, "Theseus.Fixtures.Pins.ForgottenGcHandle" },
        { "AsyncLocalInACall", PinKind.AsyncLocal, "AsyncLocal<Theseus.Fixtures.Pins.Document>" },
        { "TypeAsKey", PinKind.HeldByHost, "HostObjects.Kept" },
        { "KeptException", PinKind.Exception, "InvalidOperationException" },
        { "LoggerFromTheHost", PinKind.Container, "ServiceProvider" },
        { "OptionsFromTheHost", PinKind.Container, "ServiceProvider" },
        { "ContextTaskThatIgnoresItsToken", PinKind.BackgroundTask, "Never" },
    };

    [Theory]
    [MemberData(nameof(Harmless))]
    [MemberData(nameof(EndedByStopping))]
    public async Task WhatTheComponentMayDoFreelyLeavesNoTrace(string pin)
    {
        using var host = NewHost();
        var report = await _verifier.WaitUntilGoneAsync(await PinAndLetGoAsync(pin, host), Surroundings.Patience, CancellationToken.None);
        Assert.True(report.IsGone);
        Assert.Empty(report.Pins);
    }

    [Theory]
    [MemberData(nameof(Ended))]
    public async Task WhatItLeftRunningIsEndedAndNamed(string pin, PinKind kind)
    {
        using var host = NewHost();
        var report = await _verifier.WaitUntilGoneAsync(await PinAndLetGoAsync(pin, host), Surroundings.Patience, CancellationToken.None);
        Assert.True(report.IsGone);
        Assert.NotEmpty(report.Pins);
        Assert.All(report.Pins, found => Assert.Equal((kind, true), (found.Kind, found.IsFreed)));
        Assert.All(report.Pins, found => Assert.Contains("Theseus.Fixtures.Pins." + pin, found.Description));
        GC.KeepAlive(host);
    }

    [Theory]
    [MemberData(nameof(Cached))]
    public async Task CachesThatKeepItsTypesAreEmptied(string pin)
    {
        using var host = NewHost();
        var report = await _verifier.WaitUntilGoneAsync(await PinAndLetGoAsync(pin, host), Surroundings.Patience, CancellationToken.None);
        Assert.True(report.IsGone);
        GC.KeepAlive(host);
    }

    [Theory]
    [MemberData(nameof(Kept))]
    public async Task WhatCannotBeFreedIsNamedByTheHeapWalk(string pin, PinKind kind, string description)
    {
        HeapWalkable.OrSkip();
        using var host = NewHost();
        var handle = await PinAndLetGoAsync(pin, host);
        var report = await _verifier.WaitUntilGoneAsync(handle, TimeSpan.FromSeconds(1), CancellationToken.None);
        Assert.False(report.IsGone);
        var walk = await _walker.WalkAsync(handle, Surroundings.Patience, CancellationToken.None);
        Assert.Null(walk.Problem);
        Assert.Contains(walk.Pins, found => found.Kind == kind && found.Description.Contains(description, StringComparison.Ordinal));
        GC.KeepAlive(host);
    }

    /// <summary>The control: were it not so, the laws above would hold of a host that does nothing.</summary>
    [Theory]
    [MemberData(nameof(Ended))]
    public async Task WithoutTheHostsHelpWhatRunsStays(string pin, PinKind kind)
    {
        using var host = NewHost();
        var handle = await PinAndLetGoAsync(pin, host);
        CollectThoroughly();
        Assert.False(handle.IsGone, $"{pin} was expected to pin by its {kind}");
        Assert.True((await _verifier.WaitUntilGoneAsync(handle, Surroundings.Patience, CancellationToken.None)).IsGone);
        GC.KeepAlive(host);
    }

    /// <summary>The control of the caches.</summary>
    [Theory]
    [MemberData(nameof(Cached))]
    public async Task WithoutTheHostsHelpWhatIsCachedStays(string pin)
    {
        using var host = NewHost();
        var handle = await PinAndLetGoAsync(pin, host);
        CollectThoroughly();
        Assert.False(handle.IsGone);
        Assert.True((await _verifier.WaitUntilGoneAsync(handle, Surroundings.Patience, CancellationToken.None)).IsGone);
    }

    private static HostObjects NewHost() =>
        new() { Services = new ServiceCollection().AddLogging().AddOptions().BuildServiceProvider() };

    private static void CollectThoroughly()
    {
        for (var i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<GenerationHandle> PinAndLetGoAsync(string pin, HostObjects host)
    {
        var component = Load(pin);
        Call(component, host);
        using var deadline = new CancellationTokenSource(pin == "ContextTaskThatIgnoresItsToken" ? TimeSpan.FromMilliseconds(200) : Surroundings.Patience, TimeProvider.System);
        await component.ReleaseAsync(deadline.Token);
        return component.BeginUnload();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static LoadedComponent Load(string pin) => ComponentLoader.Load(new LoadRequest(
        FixtureRelease.Of("PinFixtures", $"Theseus.Fixtures.Pins.{pin}", typeof(IPin), null, typeof(IOptions<>)),
        typeof(IPin), Collectible: true, new Surroundings().ToComponent()));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Call(LoadedComponent component, HostObjects host)
    {
        ((IPin)component.Instance).Pin(host);
        // As everything that the caller starts from here on does.
        host.Kept.Add(ExecutionContext.Capture()!);
    }
}
