using System.Reflection;
using System.Runtime.CompilerServices;
using Theseus.Testing;
using Xunit;

namespace Theseus.Samples.Tests;

public sealed class BadLaws
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private static readonly string s_table = Documents.All["sourdough.md"];
    private static readonly string s_plain = Documents.All["note.md"];

    [Fact]
    public async Task ThrowsOnTablesThrowsOnTablesAloneAndIsHealthy()
    {
        var renderer = Renderer("ThrowsOnTables");

        Assert.Throws<NotSupportedException>(() => renderer.Render(s_table));
        Assert.Contains("<h1", renderer.Render(s_plain), StringComparison.Ordinal);
        Assert.True((await ((IComponentHealth)renderer).CheckAsync(default)).IsHealthy);
    }

    [Fact]
    public async Task SlowAnswersAfterItsDelayAndNotBefore()
    {
        var time = new ManualTimeProvider();
        var renderer = new SampleRelease("Bad.Slow").Construct<IMarkdownRenderer>(time, new() { ["DelayMilliseconds"] = "20" });

        var answer = renderer.RenderAsync(s_plain, default).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.False(answer.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(Good().Render(s_plain), await answer.WaitAsync(s_deadline));
        Assert.Equal(Good().Render(s_plain), renderer.Render(s_plain));
    }

    [Theory]
    [InlineData("LeaksTimer")]
    [InlineData("LeaksThread")]
    [InlineData("LeaksStaticEvent")]
    public void ALeakIsReachableThoughNobodyHoldsIt(string name)
    {
        var renderer = LoadAndLetGo(name);

        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.True(renderer.IsAlive);
    }

    [Fact]
    public void WithoutALeakARendererThatNobodyHoldsIsGone()
    {
        var renderer = LoadAndLetGo("ThrowsOnTables");

        for (var i = 0; i < 10 && renderer.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(renderer.IsAlive);
    }

    [Fact]
    public void ConstructorThrowsCannotBeConstructed()
    {
        var thrown = Record.Exception(() => Renderer("ConstructorThrows"));
        Assert.IsType<InvalidOperationException>((thrown as TargetInvocationException)?.InnerException ?? thrown);
    }

    [Fact]
    public void MissingDependencyIsFoundMissingWhenCalled()
    {
        var renderer = Renderer("MissingDependency");

        Assert.StartsWith("Theseus.Samples.Typography", Assert.Throws<FileNotFoundException>(() => renderer.Render(s_plain)).FileName, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingMethodIsFoundMissingWhenCalled()
    {
        var renderer = Renderer("MissingMethod");

        Assert.Throws<MissingMethodException>(() => renderer.Render(s_plain));
    }

    [Fact]
    public void HangsInStartDoesNotEndItsStart()
    {
        using var cancelled = new CancellationTokenSource();
        var start = ((IComponentLifecycle)Renderer("HangsInStart")).StartAsync(cancelled.Token);
        cancelled.Cancel();

        Assert.False(start.IsCompleted);
    }

    [Fact]
    public async Task HangsInStopStartsAnswersAndDoesNotEndItsStop()
    {
        var renderer = Renderer("HangsInStop");
        await ((IComponentLifecycle)renderer).StartAsync(default);
        Assert.Equal(Good().Render(s_plain), renderer.Render(s_plain));

        using var cancelled = new CancellationTokenSource();
        var stop = ((IComponentLifecycle)renderer).StopAsync(cancelled.Token);
        await cancelled.CancelAsync();

        Assert.False(stop.IsCompleted);
    }

    [Fact]
    public void NeverDrainsNeverReturnsFromOneCallAndAnswersTheOthers()
    {
        var renderer = Renderer("NeverDrains");
        using var cancelled = new CancellationTokenSource();

        var call = renderer.RenderAsync("It goes on for ever.", cancelled.Token);
        cancelled.Cancel();

        Assert.False(call.IsCompleted);
        Assert.Equal(Good().Render(s_plain), renderer.Render(s_plain));
    }

    [Fact]
    public async Task LiesAboutHealthSaysThatItIsHealthyAndThrowsAlways()
    {
        var renderer = Renderer("LiesAboutHealth");

        Assert.True((await ((IComponentHealth)renderer).CheckAsync(default)).IsHealthy);
        Assert.Throws<InvalidOperationException>(() => renderer.Render(s_plain));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await renderer.RenderAsync(s_plain, default));
    }

    [Fact]
    public void ImportThrowsDoesNotTakeTheState()
    {
        var source = new SampleRelease("RateLimiter.1.0.0").Construct<IRateLimiter>();
        source.TryAcquire("ada", 1);
        var limiter = new SampleRelease("Bad.ImportThrows").Construct<IRateLimiter>();

        Assert.Throws<InvalidDataException>(() => limiter.Import(source.Export()));
        Assert.Equal(0, limiter.TotalGranted());
    }

    [Fact]
    public void ExportHangsTakesTheStateAndNeverGivesItAway()
    {
        var source = new SampleRelease("RateLimiter.1.0.0").Construct<IRateLimiter>();
        source.TryAcquire("ada", 1);
        var limiter = new SampleRelease("Bad.ExportHangs").Construct<IRateLimiter>();
        limiter.Import(source.Export());
        limiter.TryAcquire("ada", 2);

        using var cancelled = new CancellationTokenSource();
        var export = ((ITransferableState)limiter).ExportAsync(new MemoryStream(), cancelled.Token);
        cancelled.Cancel();

        Assert.False(export.IsCompleted);
        Assert.Equal(3, limiter.TotalGranted());
    }

    [Fact]
    public void MigrationDiffersSaysThatItCanBeUndoneAndGivesOtherBytes()
    {
        var source = new SampleRelease("RateLimiter.1.0.0").Construct<IRateLimiter>();
        source.TryAcquire("ada", 1);
        var state = source.Export();
        var migration = new SampleRelease("Bad.MigrationDiffers").Migration<IReversibleStateMigration>();

        Assert.NotEqual(state, migration.Undo(migration.Migrate(state)));
    }

    private static IMarkdownRenderer Renderer(string name) => new SampleRelease($"Bad.{name}").Construct<IMarkdownRenderer>();

    private static IMarkdownRenderer Good() => new SampleRelease("Markdown.2.0.0").Construct<IMarkdownRenderer>();

    // Out of line: no local of it may live on in the test's frame.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference LoadAndLetGo(string name) => new(Renderer(name));
}
