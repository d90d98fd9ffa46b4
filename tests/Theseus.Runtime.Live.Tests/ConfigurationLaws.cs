using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
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

    [Fact]
    public void WhatCannotBeReadIsNamed()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Read(("Swap:Trial:Duration", "soon")));

        Assert.Contains("Theseus:Components:markdown:Swap:Trial:Duration", failure.Message);
    }

    [Theory]
    [InlineData("Theseus:DataFodler", "a key; 'DataFolder' may be meant")]
    [InlineData("Theseus:Feed:0", "a key; 'Feeds' may be meant", "Theseus:Feed")]
    [InlineData("Theseus:Component:markdown:Package", "a key; 'Components' may be meant", "Theseus:Component")]
    [InlineData("Theseus:Components:markdwon:Package", "a component of this host; 'markdown' may be meant", "Theseus:Components:markdwon")]
    [InlineData("Theseus:Components:markdown:initialversoin", "a key; 'InitialVersion' may be meant")]
    [InlineData("Theseus:Components:markdown:Setting:Limit", "a key; 'Settings' may be meant", "Theseus:Components:markdown:Setting")]
    [InlineData("Theseus:Components:markdown:SharedState", "a key; there are: InitialVersion, Loading, Package, Settings, Swap")]
    [InlineData("Theseus:Components:markdown:Swap:Trail:Duration", "a key; 'Trial' may be meant", "Theseus:Components:markdown:Swap:Trail")]
    [InlineData("Theseus:Components:markdown:Swap:Deadlines:Unlaod", "a key; 'Unload' may be meant")]
    public void AMisspeltKeyIsRefusedWithItsPlaceAndTheNearestRightOne(string key, string said, string? place = null)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => ReadAll((key, "x")));

        Assert.Equal($"{place ?? key} is not {said}.", Assert.Single(failure.Failures));
    }

    [Fact]
    public void AllMisspeltKeysAreToldAtOnce()
    {
        var failure = Assert.Throws<OptionsValidationException>(() => ReadAll(
            ("Theseus:FailFats", "false"), ("Theseus:Components:markdown:Loding", "Resident"), ("Theseus:Components:markdown:Swap:State:Sizelimits", "1")));

        Assert.Equal(3, failure.Failures.Count());
    }

    [Fact]
    public void WhatAComponentsOwnSettingsHoldIsItsOwnAffair()
    {
        var swap = Read(("Settings:Anything", "at all"), ("settings:Deep:Er", "x"), ("swap:trial:share", "0.5"));

        Assert.Equal(0.5, swap.Trial.Share);
    }

    [Theory]
    [InlineData("Markdown")]
    [InlineData("a b")]
    [InlineData("../escape")]
    [InlineData("ends.")]
    public void AComponentIsAddedUnderANameThatAReleaseCanHave(string name)
    {
        var theseus = Host.CreateEmptyApplicationBuilder(new()).AddTheseus();

        var refused = Assert.Throws<ArgumentException>(() => theseus.AddComponent<IMarkdownRenderer>(name));

        Assert.Contains($"'{name}' is not a component's name", refused.Message);
        Assert.Contains("1 to 64 characters of a-z", refused.Message);
    }

    private static SwapOptions Read(params (string Key, string Value)[] section) =>
        ReadAll([.. section.Select(one => ($"Theseus:Components:markdown:{one.Key}", one.Value))]);

    private static SwapOptions ReadAll(params (string Key, string Value)[] keys)
    {
        var folder = Directory.CreateTempSubdirectory("theseus-live-");
        try
        {
            var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = folder.FullName });
            builder.Configuration.AddInMemoryCollection(keys.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)));
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
