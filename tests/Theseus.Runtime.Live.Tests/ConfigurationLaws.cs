using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>A component's section of the host's configuration.</summary>
public sealed class ConfigurationLaws
{
    [Fact]
    public void TheOptionsOfAComponentsSwapsComeFromItsSection()
    {
        var swap = Read(("Swap:Trial:Duration", "00:00:02"), ("Swap:Deadlines:Unload", "00:00:05"), ("Swap:Trial:WhenInconclusive", "Confirm"));

        Assert.Equal(TimeSpan.FromSeconds(2), swap.Trial.Duration);
        Assert.Equal(InconclusiveAction.Confirm, swap.Trial.WhenInconclusive);
        Assert.Equal(new SwapDeadlines { Unload = TimeSpan.FromSeconds(5) }, swap.Deadlines);
        Assert.Equal(new WarmUpOptions(), swap.WarmUp);
    }

    [Fact]
    public void WithoutASectionTheDefaultsHold()
    {
        var swap = Read();

        Assert.Equal(new TrialOptions(), swap.Trial);
        Assert.Equal(new SwapDeadlines(), swap.Deadlines);
        Assert.Null(swap.Loading);
    }

    [Theory]
    [InlineData("Swap:Trail:Duration", "00:00:02", "'Trail'")]
    [InlineData("Swap:Trial:Duration", "soon", "Theseus:Components:markdown:Swap:Trial:Duration")]
    public void WhatCannotBeReadIsNamed(string key, string value, string named)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Read((key, value)));

        Assert.Contains(named, failure.Message);
    }

    private static SwapOptions Read(params (string Key, string Value)[] section)
    {
        var folder = Directory.CreateTempSubdirectory("theseus-live-");
        try
        {
            var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = folder.FullName });
            builder.Configuration.AddInMemoryCollection(section.Select(one => KeyValuePair.Create($"Theseus:Components:markdown:{one.Key}", (string?)one.Value)));
            SwapOptions? read = null;
            builder.AddTheseus().AddComponent<IMarkdownRenderer>("markdown", options => read = options.Swap);
            using var host = builder.Build();
            _ = host.Services.GetRequiredService<HotSwapEngine>();
            return read!;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
