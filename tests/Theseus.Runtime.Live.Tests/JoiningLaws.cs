using System.Threading.Channels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Theseus.Fleet;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>A service that joins a fleet by its configuration.</summary>
public sealed class JoiningLaws
{
    [Fact]
    public async Task WhoANodeIsComesFromConfigurationThenFromCode()
    {
        var channel = new WatchedChannel();
        await using var host = await StartAsync(
            channel,
            node => node.FailureDomain = $"{node.FailureDomain}/rack-2",
            ("Theseus:Node:Name", "edge-7"), ("Theseus:Node:FailureDomain", "west"), ("Theseus:Node:Labels:zone", "a"), ("Theseus:Node:MemoryBytes", "123456789"));

        var report = await channel.Reports.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(LiveHost.Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(("edge-7", "west/rack-2", 123456789L), (report.Node, report.FailureDomain, report.MemoryBytes));
        Assert.Equal("a", report.Labels["zone"]);
        Assert.Equal("edge-7", channel.MadeFor);
    }

    [Fact]
    public async Task TheChannelIsMadeOnceAndTheHostDisposesOfItAfterItsGoodbye()
    {
        var channel = new WatchedChannel();
        var host = await StartAsync(channel, null);
        Assert.Equal(1, channel.TimesMade);
        Assert.False(channel.IsDisposed);

        await host.DisposeAsync();

        Assert.True(channel.IsDisposed);
        var reports = await channel.Reports.ReadAllAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.True(reports[^1].IsLeaving);
        Assert.False(channel.WasUsedAfterItsEnd);
    }

    [Fact]
    public async Task AServiceServesWhileNobodyIsAtTheOtherEnd()
    {
        var channel = new WatchedChannel { IsAway = true };
        await using var host = await StartAsync(channel, null);

        Assert.Contains("<h1", await host.Markdown.RenderAsync("# Served", default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANodeWhoseReadingFailsReadsAgain()
    {
        var channel = new WatchedChannel { ReadingFails = 2 };
        await using var host = await StartAsync(channel, null);

        await channel.IsRead.Task.WaitAsync(LiveHost.Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(3, channel.TimesRead);
    }

    [Fact]
    public async Task ANodeWhoseReportFailsReportsAgain()
    {
        var channel = new WatchedChannel { ReportingFails = 2 };
        await using var host = await StartAsync(channel, null, ("Theseus:Node:Heartbeat", "00:00:00.1"));

        var report = await channel.Reports.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(LiveHost.Deadline, TestContext.Current.CancellationToken);

        Assert.Equal(3, report.Sequence);
    }

    [Fact]
    public async Task AllThatIsWrongIsToldAtOnceAndNoChannelIsMade()
    {
        var channel = new WatchedChannel();

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(
            channel, null, ("Theseus:Node:Name", " "), ("Theseus:Node:Heartbeat", "00:00:00"), ("Theseus:Node:MemoryBytes", "-1"), ("Theseus:Node:Labels:zone", new string('x', 600))));

        Assert.Equal(
            ["Theseus:Node:Heartbeat", "Theseus:Node:Labels:zone", "Theseus:Node:MemoryBytes", "Theseus:Node:Name"],
            failure.Failures.Select(fault => fault[..fault.IndexOf(' ', StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
        Assert.Equal(0, channel.TimesMade);
    }

    [Fact]
    public async Task AMisspeltKeyOfTheNodeFailsTheStart()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(new WatchedChannel(), null, ("Theseus:Node:Naem", "node1")));

        Assert.Equal("Theseus:Node:Naem is not a key; 'Name' may be meant.", Assert.Single(failure.Failures));
    }

    [Fact]
    public async Task WhatStandsInTheChannelsSectionIsLeftToTheChannel()
    {
        await using var host = await StartAsync(new WatchedChannel(), null, ("Theseus:RabbitMq:Host", "broker.example.org"), ("Theseus:RabbitMq:Whatever", "1"));
    }

    [Fact]
    public void AHostJoinsOneFleet()
    {
        var theseus = Host.CreateEmptyApplicationBuilder(new()).AddTheseus().JoinFleet((_, _) => new WatchedChannel());

        Assert.Throws<InvalidOperationException>(() => theseus.JoinFleet(new WatchedChannel()));
    }

    private static Task<LiveHost> StartAsync(WatchedChannel channel, Action<NodeOptions>? configure, params (string Key, string Value)[] settings) => LiveHost.StartAsync(
        theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne).JoinFleet(
            (services, node) =>
            {
                Assert.NotNull(services.GetRequiredService<IConfiguration>());
                return channel.For(node.Name);
            },
            configure),
        settings: settings);

    /// <summary>A way to nobody, that notes what is done with it.</summary>
    private sealed class WatchedChannel : INodeChannel, IAsyncDisposable
    {
        private readonly Channel<NodeReport> _reports = Channel.CreateUnbounded<NodeReport>();

        public ChannelReader<NodeReport> Reports => _reports.Reader;

        public bool IsAway { get; init; }

        /// <summary>How often reporting fails before it goes.</summary>
        public int ReportingFails { get; init; }

        /// <summary>How often reading fails before it goes.</summary>
        public int ReadingFails { get; init; }

        /// <summary>Completes when reading has begun that does not fail.</summary>
        public TaskCompletionSource IsRead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int TimesRead { get; private set; }

        public int TimesMade { get; private set; }

        public string? MadeFor { get; private set; }

        public bool IsDisposed { get; private set; }

        public bool WasUsedAfterItsEnd { get; private set; }

        public INodeChannel For(string node)
        {
            (TimesMade, MadeFor) = (TimesMade + 1, node);
            return this;
        }

        public ValueTask ReportAsync(NodeReport report, CancellationToken cancellationToken)
        {
            WasUsedAfterItsEnd |= IsDisposed;
            if (report.Sequence <= ReportingFails)
            {
                throw new InvalidOperationException("The way to the control planes is broken.");
            }

            _reports.Writer.TryWrite(report);
            return IsAway ? new ValueTask(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken)) : ValueTask.CompletedTask;
        }

        public async IAsyncEnumerable<NodeTask> ReadTasksAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (++TimesRead <= ReadingFails)
            {
                throw new InvalidOperationException("The way to the control planes is broken.");
            }

            IsRead.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            yield break;
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            _reports.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}
