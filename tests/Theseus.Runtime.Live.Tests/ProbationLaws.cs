using Relay;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>The default way of loading, under load: unloadable while on trial, loaded again as resident once confirmed.</summary>
public sealed class ProbationLaws
{
    private static readonly SwapOptions s_byDefault = LiveHost.Quick with { Loading = null, Trial = new() { Duration = TimeSpan.FromMilliseconds(200) } };

    private static Task<LiveHost> StartAsync<TContract>(string component, string version, params (string Key, string Value)[] settings) where TContract : class =>
        LiveHost.StartAsync(theseus => theseus.AddComponent<TContract>(component, options => options.InitialVersion = $"[{version}]"), settings: settings);

    [Fact]
    public async Task NoCallIsLostAndTheServingGenerationEndsResident()
    {
        await using var host = await StartAsync<IMarkdownRenderer>("markdown", "1.0.0");
        var blocking = new Load(() => Assert.Contains("<em>text</em>", host.Markdown.Render("*text*")));
        var asynchronous = new Load(() => Assert.Contains(
            "<em>text</em>", host.Markdown.RenderAsync("*text*", CancellationToken.None).AsTask().WaitAsync(LiveHost.Deadline).GetAwaiter().GetResult()));
        await blocking.MoreAsync(50);
        await asynchronous.MoreAsync(50);

        var result = await host.Engine.SwapAsync("markdown", "2.0.0", s_byDefault).WaitAsync(LiveHost.Deadline);

        AssertPromoted(host, "markdown", result);
        await blocking.MoreAsync(50);
        await AssertTrialFormIsGoneAsync(host, "markdown", asynchronous);
        await blocking.EndAsync();
        await asynchronous.EndAsync();
    }

    [Theory]
    [InlineData("1.0.0", "2.0.0")] // transferred, then caught up
    [InlineData("1.1.0", "2.0.0")] // caught up twice
    [InlineData("2.0.0", "1.0.0")] // transferred twice
    public async Task StateThatMovesGoesThroughItsPromotionAndBackWithNoGrantLostOrDoubled(string from, string to)
    {
        await using var host = await StartAsync<IRateLimiter>("rate-limiter", from);
        var takers = new Takers(host);
        await takers.MoreAsync(200);

        var there = await host.Engine.SwapAsync("rate-limiter", to, s_byDefault).WaitAsync(LiveHost.Deadline);
        AssertPromoted(host, "rate-limiter", there);
        await takers.MoreAsync(200);
        var back = await host.Engine.RollbackAsync("rate-limiter").WaitAsync(LiveHost.Deadline);
        await takers.MoreAsync(200);

        Assert.Equal((SwapOutcome.Completed, from), (back.Outcome, back.To));
        await takers.EndAsync();
    }

    [Fact]
    public async Task SharedStateGoesThroughItsPromotionWithNoVisitLost()
    {
        await using var host = await StartAsync<ISessionCounter>("sessions", "1.0.0");
        long visits = 0;
        var load = new Load(() => host.Sessions.Visit($"session-{Interlocked.Increment(ref visits) % 10}"));
        await load.MoreAsync(100);

        var result = await host.Engine.SwapAsync("sessions", "2.0.0", s_byDefault).WaitAsync(LiveHost.Deadline);

        AssertPromoted(host, "sessions", result);
        await load.MoreAsync(100);
        await AssertTrialFormIsGoneAsync(host, "sessions", load);
        await load.EndAsync();
        Assert.Equal(Interlocked.Read(ref visits), host.Sessions.TotalVisits());
    }

    [Theory]
    [InlineData("ring", "1.0.0", "2.0.0", "Start", "alone FILE")] // it can be started once only, while it is not stopped
    [InlineData("ring-moved", "1.0.0", "1.1.0", "Start", "alone FILE")]
    [InlineData("ring-moved", "1.1.0", "1.0.0", "Export", "throw")] // transferred
    [InlineData("ring-moved", "1.0.0", "2.0.0", "Export", "throw")] // caught up
    public async Task APromotionThatFailsLeavesTheUnloadableFormServingAndSaysSo(string ring, string from, string to, string point, string what)
    {
        var file = Path.GetTempFileName();
        await using (var host = await StartAsync<IRing>(ring, from, ($"Theseus:Components:{ring}:Settings:{to}:{point}", what.Replace("FILE", file, StringComparison.Ordinal))))
        {
            var component = host.Ring(ring);
            var load = new Load(() => Assert.EndsWith(">end", component.Call(() => "end")));
            await load.MoreAsync(50);

            var result = await host.Engine.SwapAsync(ring, to, s_byDefault).WaitAsync(LiveHost.Deadline);

            Assert.Equal((SwapOutcome.Completed, SwapReason.None), (result.Outcome, result.Reason));
            Assert.StartsWith("The release serves in its unloadable form, since loading it as resident failed: ", result.Detail);
            Assert.Contains(what == "throw" ? "Export was told to throw" : file, result.Detail);
            await load.MoreAsync(50);
            await load.EndAsync();
            Assert.Equal(to, component.Version);
            Assert.Equal(load.Answers, component.Calls());
            var serving = Assert.Single(host.Engine.GetStatus(ring).Generations, one => one.State == GenerationState.Serving);
            Assert.Equal((2, to, true), (serving.Number, serving.Version, serving.IsCollectible));
            Assert.Equal(("Completed", to), (Assert.Single(host.Engine.GetHistory(ring)).Outcome, host.Engine.GetHistory(ring)[0].Serves?.Version));
        }

        File.Delete(file);
    }

    private static void AssertPromoted(LiveHost host, string component, SwapResult result)
    {
        Assert.Equal((SwapOutcome.Completed, ""), (result.Outcome, result.Detail));
        Assert.Contains(result.Steps, step => step.Step == SwapStep.Promote);
        var serving = Assert.Single(host.Engine.GetStatus(component).Generations, one => one.State == GenerationState.Serving);
        Assert.Equal((3, result.To, false), (serving.Number, serving.Version, serving.IsCollectible));
    }

    private static async Task AssertTrialFormIsGoneAsync(LiveHost host, string component, Load load)
    {
        using var deadline = new CancellationTokenSource(LiveHost.Deadline, TimeProvider.System);
        GenerationInfo onTrial;
        while ((onTrial = host.Engine.GetStatus(component).Generations.Single(one => one.Number == 2)).State is not (GenerationState.Gone or GenerationState.Lingering))
        {
            deadline.Token.ThrowIfCancellationRequested();
            await load.MoreAsync(10);
        }

        Assert.Equal((GenerationState.Gone, true), (onTrial.State, onTrial.IsCollectible));
    }
}
