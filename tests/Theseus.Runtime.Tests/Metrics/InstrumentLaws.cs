using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Theseus.Fixtures;
using Theseus.Fleet;
using Theseus.Runtime.Loading;
using Theseus.Runtime.Metrics;
using Theseus.Runtime.Tests.Loading;

namespace Theseus.Runtime.Tests.Metrics;

/// <summary>The instruments of a component's own: read while somebody looks, bounded, and in nobody's way when it goes.</summary>
[Collection(nameof(UnloadingCollection))]
public sealed class InstrumentLaws
{
    private static readonly ReleaseId s_release = new("1.0.0", new string('0', 64));

    [Fact]
    public async Task WhatItMeasuresIsReadByInstrumentAndTagsWhileSomebodyLooks()
    {
        var component = Load();
        var ask = (IAsk)component.Instance;
        ask.Ask("order 100 north");
        component.Instruments.Measure(isWanted: true);
        ask.Ask("order 2 north");
        ask.Ask("order 3 south");
        ask.Ask("order 4 north");
        ask.Ask("open 5");
        ask.Ask("open -2");
        ask.Ask("size 7");
        ask.Ask("nothing 0");
        ask.Ask("level 9");
        var read = await ReadAsync(component, readings => readings.Any(one => one is { Instrument: "level", Last: 9 }) && readings.Any(one => one is { Instrument: "turns", Sum: 90 }));

        Assert.Equal(
            ["level : 9", "open : 3", "orders kind=Express,shop=north: 6", "orders kind=Express,shop=south: 3", "sizes bucket=7: 7", "turns : 90"],
            read.Select(Describe).Order(StringComparer.Ordinal));
        var orders = read.First(one => one.Tags.GetValueOrDefault("shop") == "north");
        Assert.Equal(("fixture.instruments", "{order}", InstrumentKind.Counter, 2L, 2d, 4d, 4d), (orders.Meter, orders.Unit, orders.Kind, orders.Count, orders.Least, orders.Greatest, orders.Last));
        Assert.Equal((s_release, 3), (orders.Release, orders.Generation));
        Assert.Equal(
            [InstrumentKind.Gauge, InstrumentKind.UpDownCounter, InstrumentKind.Histogram, InstrumentKind.Counter],
            ((string[])["level", "open", "sizes", "turns"]).Select(name => read.Single(one => one.Instrument == name).Kind));

        component.Instruments.Measure(isWanted: false);
        ask.Ask("order 1000 north");
        Assert.Equal(6, component.Instruments.Read(s_release, 3).First(one => one.Tags.GetValueOrDefault("shop") == "north").Sum);
        component.BeginUnload();
    }

    [Fact]
    public void SetsOfTagsBeyondTheBoundAreCountedTogether()
    {
        var component = Load();
        component.Instruments.Measure(isWanted: true);
        for (var size = 1; size <= 1000; size++)
        {
            ((IAsk)component.Instance).Ask($"size {size}");
        }

        // One that is known still is.
        ((IAsk)component.Instance).Ask("size 1");
        var read = component.Instruments.Read(s_release, 1).Where(one => one.Instrument == "sizes").ToList();

        Assert.Equal(GenerationInstruments.MostSeries + 1, read.Count);
        Assert.Equal(500_501, read.Sum(one => one.Sum));
        Assert.Equal(2, read.Single(one => one.Tags.GetValueOrDefault("bucket") == "1").Count);
        Assert.Equal(800, read.Single(one => one.Tags.ContainsKey(InstrumentReading.Overflow)).Count);
        component.BeginUnload();
    }

    [Fact]
    public async Task ItGoesThoughItWasMeasuredAndWhatItMeasuredStays()
    {
        var (handle, instruments) = MeasureAndLetGo();

        var report = await new UnloadVerifier(TimeProvider.System).WaitUntilGoneAsync(handle, Surroundings.Patience, CancellationToken.None);

        Assert.True(report.IsGone, string.Join("\n", report.Pins.Select(pin => pin.Description)));
        Assert.Equal(2, instruments.Read(s_release, 1).Single(one => one.Instrument == "orders").Sum);
    }

    [Fact]
    public async Task OneThatDoesNotAnswerHoldsNobodyUp()
    {
        var component = Load();
        var other = Load();
        component.Instruments.Measure(isWanted: true);
        other.Instruments.Measure(isWanted: true);
        ((IAsk)component.Instance).Ask("hang 0");
        ((IAsk)other.Instance).Ask("level 4");
        ((IAsk)component.Instance).Ask("order 2 north");

        Assert.Equal(2, component.Instruments.Read(s_release, 1).Single(one => one.Instrument == "orders").Sum);
        await ReadAsync(other, readings => readings.Any(one => one is { Instrument: "level", Last: 4 }));
        Assert.DoesNotContain(component.Instruments.Read(s_release, 1), one => one.Instrument == "level");

        ((IAsk)component.Instance).Ask("go 0");
        ((IAsk)component.Instance).Ask("level 3");
        await ReadAsync(component, readings => readings.Any(one => one is { Instrument: "level", Last: 3 }));
        component.BeginUnload();
        other.BeginUnload();
    }

    [Fact]
    public void WhatTheHostMakesIsNobodys()
    {
        var component = Load();
        component.Instruments.Measure(isWanted: true);
        using var meter = new Meter("host");
        meter.CreateCounter<int>("own").Add(1);

        Assert.DoesNotContain(component.Instruments.Read(s_release, 1), one => one.Meter == "host");
        component.BeginUnload();
    }

    [Fact]
    public async Task MeasurementsOfManyThreadsAddUpAndCostNoMemoryOnceTheirTagsAreKnown()
    {
        using var meter = new Meter("threads");
        var counter = meter.CreateCounter<double>("counter");
        var instruments = new GenerationInstruments();
        instruments.Add(counter);
        instruments.Measure(isWanted: true);
        KeyValuePair<string, object?>[] tags = [new("shop", "north"), new("till", 7), new("open", true)];
        counter.Add(1, tags);

        var allocated = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            counter.Add(1, tags);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var time = 0; time < 10_000; time++)
            {
                counter.Add(1, tags);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        })));

        Assert.All(allocated, bytes => Assert.Equal(0, bytes));
        var read = Assert.Single(instruments.Read(s_release, 1));
        Assert.Equal((40_005, 40_005d), (read.Count, read.Sum));
        instruments.Close();
    }

    private static string Describe(InstrumentReading one) =>
        $"{one.Instrument} {string.Join(',', one.Tags.OrderBy(tag => tag.Key).Select(tag => $"{tag.Key}={tag.Value}"))}: {(one.Kind == InstrumentKind.Gauge ? one.Last : one.Sum)}";

    private static LoadedComponent Load() => ComponentLoader.Load(new LoadRequest(
        FixtureRelease.Of("PinFixtures", "Theseus.Fixtures.Pins.Instruments", typeof(IAsk), null, typeof(IOptions<>)), typeof(IAsk), Collectible: true, new Surroundings().ToComponent()));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (GenerationHandle Handle, GenerationInstruments Instruments) MeasureAndLetGo()
    {
        var component = Load();
        component.Instruments.Measure(isWanted: true);
        ((IAsk)component.Instance).Ask("order 2 north");
        component.Instruments.Read(s_release, 1);
        return (component.BeginUnload(), component.Instruments);
    }

    /// <summary>Instruments that are observed answer at a later reading.</summary>
    private static async Task<IReadOnlyList<InstrumentReading>> ReadAsync(LoadedComponent component, Func<IReadOnlyList<InstrumentReading>, bool> holds)
    {
        while (true)
        {
            var read = component.Instruments.Read(s_release, 3);
            if (holds(read))
            {
                return read;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Surroundings.Deadline());
        }
    }
}
