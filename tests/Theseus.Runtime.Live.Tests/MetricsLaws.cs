using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

public sealed class MetricsLaws
{
    private const string Render = "Render(string)";
    private const string Document = "Some *text*.\n";
    private const string Table = "| a | b |\n| --- | --- |\n| 1 | 2 |\n";

    private static Task<LiveHost> StartAsync() => LiveHost.StartAsync(theseus => theseus
        .AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne)
        .AddComponent<IRateLimiter>("rate-limiter", LiveHost.FromOne));

    private static MetricsCollector MetricsOf(LiveHost host) => host.Services.GetRequiredService<MetricsCollector>();

    private static List<(GenerationMetrics Generation, MethodMetrics Method)> RendersOn(LiveHost host) =>
    [
        .. MetricsOf(host).Snapshot().Generations.Where(one => one.Component == "markdown")
            .SelectMany(one => one.Methods.Where(method => method.Method == Render).Select(method => (one, method))),
    ];

    [Fact]
    public async Task UntilItIsStartedNothingIsCounted()
    {
        await using var host = await StartAsync();

        host.Markdown.Render(Document);

        Assert.Null(MetricsOf(host).Collecting);
        Assert.Empty(MetricsOf(host).Snapshot().Generations);
    }

    [Fact]
    public async Task TheMeterTellsWhatIsCountedByReleaseMethodAndOutcomeAndHowLongItTookSinceTheReadingBefore()
    {
        await using var host = await StartAsync();
        MetricsOf(host).StartCollection();
        Assert.Equal(SwapOutcome.Completed, (await host.Engine.SwapAsync("markdown", "9.1.0", LiveHost.Quick)).Outcome);
        host.Markdown.Render(Document);
        host.Markdown.Render(Document);
        Assert.ThrowsAny<Exception>(() => host.Markdown.Render(Table));

        var told = Told();
        Assert.Equal(2, Value(told, "theseus.calls", "theseus.outcome=answered"));
        Assert.Equal(1, Value(told, "theseus.calls", "theseus.outcome=failed", "error.type="));
        Assert.Equal(0, Value(told, "theseus.calls", "theseus.outcome=given-up"));
        var p99 = Value(told, "theseus.call.duration", "theseus.quantile=0.99");
        Assert.InRange(p99!.Value, 1e-7, 60);
        Assert.True(Value(told, "theseus.call.duration", "theseus.quantile=0.5") <= p99);

        // Nobody called since, so there is nothing to tell of how long it took.
        told = Told();
        Assert.Equal(2, Value(told, "theseus.calls", "theseus.outcome=answered"));
        Assert.Null(Value(told, "theseus.call.duration", "theseus.quantile=0.5"));

        static double? Value(List<(string Name, string Tags, double Value)> told, string name, params string[] tags) => told
            .Where(one => one.Name == name && one.Tags.Contains("theseus.component=markdown theseus.release=9.1.0 theseus.generation=2 theseus.method=Render(string)", StringComparison.Ordinal) && tags.All(tag => one.Tags.Contains(tag, StringComparison.Ordinal)))
            .Select(one => (double?)one.Value).SingleOrDefault();

        static List<(string Name, string Tags, double Value)> Told()
        {
            var told = new List<(string, string, double)>();
            using var listener = new MeterListener { InstrumentPublished = (instrument, one) => { if (instrument.Meter.Name == MetricsCollector.MeterName) { one.EnableMeasurementEvents(instrument); } } };
            listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => told.Add((instrument.Name, Words(tags), value)));
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => told.Add((instrument.Name, Words(tags), value)));
            listener.Start();
            listener.RecordObservableInstruments();
            return told;
        }

        static string Words(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(tag => FormattableString.Invariant($"{tag.Key}={tag.Value}")));
    }

    [Fact]
    public async Task SwapsUnderLoadLoseNoCallAndNoCountAndWhatWasMeasuredIsUnloaded()
    {
        await using var host = await StartAsync();
        MetricsOf(host).StartCollection();
        var load = new Load(() => host.Markdown.Render(Document));
        await load.MoreAsync(100);

        var retirements = new List<Task<RetirementRecord?>>();
        foreach (var version in (string[])["2.0.0", "1.0.0", "2.0.0"])
        {
            var result = await host.Engine.SwapAsync("markdown", version, LiveHost.Quick);
            Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
            retirements.Add(result.Retirement);
            await load.MoreAsync(100);
        }

        await load.EndAsync();
        foreach (var retired in await Task.WhenAll(retirements).WaitAsync(LiveHost.Deadline))
        {
            Assert.True(retired!.IsGone, retired.Summary);
        }

        var counted = RendersOn(host);
        Assert.Equal([("1.0.0", 1), ("2.0.0", 2), ("1.0.0", 3), ("2.0.0", 4)], counted.Select(one => (one.Generation.Version, one.Generation.Generation)));
        Assert.Equal(load.Answers, counted.Sum(one => one.Method.Answered));
        Assert.All(counted, one => Assert.Equal((one.Method.Answered, 0), (one.Method.Latency.Count, one.Method.Failed)));
        // What is counted of a release is found by its digest, whichever generation it was.
        Assert.Equal(2, counted.GroupBy(one => (one.Generation.Version, one.Generation.Digest)).Count());
    }

    [Fact]
    public async Task DuringATrialBothVersionsAreMeasuredAndShieldedFailuresAreTheCandidates()
    {
        await using var host = await StartAsync();
        await using var load = new Load(() => host.Markdown.Render(Document));
        var trial = host.Engine.SwapAsync("markdown", "9.1.0", LiveHost.Quick with
        {
            Trial = new() { Duration = TimeSpan.FromHours(1), Share = 0.5, HealthInterval = TimeSpan.FromHours(1) },
            WarmUp = LiveHost.Quick.WarmUp with { RecentCalls = 0 },
        });
        await OnTrialAsync(host);

        // In the middle of it.
        MetricsOf(host).StartCollection(new() { Components = ["markdown"] });
        await load.MoreAsync(200);
        var counted = RendersOn(host);
        Assert.Equal(["1.0.0", "9.1.0"], counted.Select(one => one.Generation.Version));
        Assert.All(counted, one => Assert.True(one.Method.Latency.Count > 0 && one.Method.Failed == 0));

        // The candidate cannot render tables; its callers are answered nevertheless.
        for (var call = 0; call < 100 && !trial.IsCompleted; call++)
        {
            Assert.Contains("<table", host.Markdown.Render(Table), StringComparison.Ordinal);
        }

        var result = await host.Engine.RollbackAsync("markdown").WaitAsync(LiveHost.Deadline);
        await trial.WaitAsync(LiveHost.Deadline);
        Assert.True((await result.Retirement.WaitAsync(LiveHost.Deadline))?.IsGone);
        var (stable, candidate) = (RendersOn(host)[0].Method, RendersOn(host)[1].Method);
        Assert.Equal(0, stable.Failed);
        Assert.Equal(["System.NotSupportedException"], candidate.FailuresByKind.Keys);
        Assert.Empty(load.Failures);
    }

    [Fact]
    public async Task OnlyTheComponentsThatAreAskedForAreCounted()
    {
        await using var host = await StartAsync();
        MetricsOf(host).StartCollection(new() { Components = ["markdown"], TimeOneIn = 4 });
        Call();
        Assert.Equal(["markdown"], MetricsOf(host).Snapshot().Generations.Select(one => one.Component).Distinct());

        // Started again, it goes by what was asked for last.
        MetricsOf(host).StartCollection(new() { Components = ["rate-limiter"] });
        Call();
        Assert.Equal(1, Assert.Single(RendersOn(host)).Method.Calls);
        Assert.Equal(["markdown", "rate-limiter"], MetricsOf(host).Snapshot().Generations.Select(one => one.Component));

        void Call()
        {
            host.Markdown.Render(Document);
            host.Limiter.TryAcquire("caller", 1);
        }
    }

    [Fact]
    public async Task WhenItIsStoppedCallsAreCountedNoMoreAndWhatWasCountedStays()
    {
        await using var host = await StartAsync();
        await MetricsOf(host).StopCollectionAsync();
        MetricsOf(host).StartCollection();
        MetricsOf(host).StartCollection();
        host.Markdown.Render(Document);
        await MetricsOf(host).StopCollectionAsync();
        await MetricsOf(host).StopCollectionAsync();
        host.Markdown.Render(Document);
        Assert.Equal(1, Assert.Single(RendersOn(host)).Method.Calls);

        MetricsOf(host).StartCollection();
        host.Markdown.Render(Document);
        Assert.Equal(2, Assert.Single(RendersOn(host)).Method.Calls);
    }

    [Fact]
    public async Task WhatCannotBeCountedIsRefusedAndChangesNothing()
    {
        await using var host = await StartAsync();
        var metrics = MetricsOf(host);

        var unknown = Assert.Throws<KeyNotFoundException>(() => metrics.StartCollection(new() { Components = ["markdown", "nothing"] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.StartCollection(new() { TimeOneIn = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.StartCollection(new() { TimeOneIn = MetricsOptions.FewestTimed + 1 }));

        Assert.Equal("The host has no component 'nothing'. It has: 'markdown', 'rate-limiter'.", unknown.Message);
        host.Markdown.Render(Document);
        Assert.Empty(metrics.Snapshot().Generations);
    }

    private static async Task OnTrialAsync(LiveHost host)
    {
        using var deadline = new CancellationTokenSource(LiveHost.Deadline, TimeProvider.System);
        while (host.Engine.GetStatus("markdown").Trial is null)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
