using Relay;

namespace Theseus.Runtime.Live.Tests;

/// <summary>Releases that bring a native library along, each another version of it under the same name.</summary>
public sealed class NativeLaws
{
    // What the two packages that the releases are packed with have of SQLite.
    private const string Old = "3.35.5";
    private const string New = "3.50.4";

    [Theory]
    [InlineData(LoadingMode.Collectible)]
    [InlineData(LoadingMode.Probation)]
    public async Task EachReleaseCallsTheNativeLibraryThatItWasPackedWith(LoadingMode loading)
    {
        // Nobody else has it: neither the host's own folder nor the system.
        Assert.Empty(Directory.EnumerateFiles(AppContext.BaseDirectory, "*e_sqlite3*", SearchOption.AllDirectories));
        await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IRelay>("native", options =>
        {
            options.InitialVersion = "[1.0.0]";
            options.Loading = loading;
        }));
        var native = host.Relay("native");
        Assert.Equal(Old, native.Version);
        var load = new Load(() => Assert.EndsWith(">end", native.Call(() => "end")));
        await load.MoreAsync(20);

        var there = await host.Engine.SwapAsync("native", "2.0.0", LiveHost.Quick with { Loading = loading }).WaitAsync(LiveHost.Deadline);

        Assert.Equal((SwapOutcome.Completed, ""), (there.Outcome, there.Detail));
        Assert.Equal(New, native.Version);
        await load.MoreAsync(20);
        var back = await host.Engine.RollbackAsync("native").WaitAsync(LiveHost.Deadline);
        Assert.Equal((SwapOutcome.Completed, ""), (back.Outcome, back.Detail));
        Assert.Equal(Old, native.Version);
        await load.EndAsync();
        var retired = await back.Retirement.WaitAsync(LiveHost.Deadline);
        Assert.True(retired!.IsGone, retired.Summary);
    }
}
