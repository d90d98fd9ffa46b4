using Microsoft.Extensions.DependencyInjection;
using Theseus.Runtime.Operating;
using Theseus.Samples;

namespace Theseus.Runtime.Live.Tests;

/// <summary>A real host, steered from outside.</summary>
public sealed class OperatorLaws
{
    [Fact]
    public async Task AnOperatorSwapsAndGoesBackAndSeesWhatHappened()
    {
        OperatorClient client;
        await using (var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne)))
        {
            client = new OperatorClient(Path.Combine(host.Folder, ".theseus"), TimeProvider.System);
            Assert.Equal("1.0.0", Assert.Single((await client.GetStatusAsync(default)).Components).ServingVersion);

            var there = await client.SwapAsync("markdown", "2.0.0", TimeSpan.Zero, default).WaitAsync(LiveHost.Deadline);
            Assert.Equal((SwapOutcome.Completed, SwapReason.None), (there.Outcome, there.Reason));
            Assert.Contains("1.6", host.Markdown.Engine);
            Assert.Contains(there.Steps, static step => step.Step is SwapStep.Publish);

            var back = await client.RollbackAsync("markdown", default).WaitAsync(LiveHost.Deadline);
            Assert.Equal((SwapOutcome.Completed, "1.0.0"), (back.Outcome, back.To));
            Assert.Contains("0.31", host.Markdown.Engine);

            Assert.Equal([back.Id, there.Id], (await client.GetHistoryAsync("markdown", 10, default)).Select(static one => one.Id));
            Assert.Equal(3, Assert.Single((await client.GetStatusAsync(default)).Components).Generations.Count);
        }

        var gone = await Assert.ThrowsAsync<OperatorException>(() => client.GetStatusAsync(default));
        Assert.Equal(OperatorProblemCode.HostUnreachable, gone.Code);
    }

    [Fact]
    public async Task WhatTheHostDoesNotHaveIsRefusedAndNothingIsBegun()
    {
        await using var host = await LiveHost.StartAsync(theseus => theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne));
        var client = new OperatorClient(Path.Combine(host.Folder, ".theseus"), TimeProvider.System);

        Assert.Equal(SwapReason.ReleaseNotFound, (await client.SwapAsync("markdown", "77.0.0", null, default)).Reason);
        Assert.Equal(SwapReason.NothingToDo, (await client.ConfirmAsync("markdown", default)).Reason);
        Assert.Equal(SwapReason.UnknownComponent, (await client.StageAsync("unheard-of", "1.0.0", default)).Reason);
        Assert.Equal(SwapReason.UnknownComponent, (await client.SwapAsync("unheard-of", "1.0.0", TimeSpan.Zero, default)).Reason);
        Assert.Equal(OperatorProblemCode.NotFound, (await Assert.ThrowsAsync<OperatorException>(() => client.ExplainAsync("markdown", 99, false, default))).Code);
        Assert.Empty(await client.GetHistoryAsync("markdown", 10, default));
    }

    [Fact]
    public async Task AnEndpointThatIsSwitchedOffIsNotThere()
    {
        await using var host = await LiveHost.StartAsync(theseus =>
        {
            theseus.AddComponent<IMarkdownRenderer>("markdown", LiveHost.FromOne);
            theseus.Services.Configure<TheseusOptions>(static options => options.OperatorEndpoint = false);
        });
        var client = new OperatorClient(Path.Combine(host.Folder, ".theseus"), TimeProvider.System);
        Assert.Equal(OperatorProblemCode.HostUnreachable, (await Assert.ThrowsAsync<OperatorException>(() => client.GetStatusAsync(default))).Code);
    }
}
