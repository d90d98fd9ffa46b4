using System.Net;
using NuGet.Versioning;
using Theseus.Control;
using Theseus.Packaging;

namespace Theseus.Server.Tests;

/// <summary>Ways between releases, asked for over HTTP. Of <c>relay</c>, 3.0.0 declares itself safe to upgrade to from 2.0.0 on.</summary>
public sealed class PathCallLaws
{
    [Fact]
    public async Task TheWayIsToldStepByStepAndSoIsTheWayBack()
    {
        await using var server = await StartAsync();
        var viewer = await server.ClientAsync(AccessRole.Viewer);

        var path = await viewer.ReadAsync<ComponentPath>("/components/relay/path?to=3.0.0");

        Assert.Equal(("relay", "1.0.0", "3.0.0"), (path.Component, path.From, path.To));
        Assert.Equal([("1.0.0", "2.0.0"), ("2.0.0", "3.0.0")], path.There.Steps!.Select(step => (step.From, step.To)));
        Assert.All(path.There.Steps!, step => Assert.True(step.IsReversible));
        Assert.Equal([("3.0.0", "1.0.0")], path.Back!.Steps!.Select(step => (step.From, step.To)));
        Assert.Empty(path.There.WhyNot.Concat(path.Back.WhyNot));
        Assert.Empty((await viewer.ReadAsync<ComponentPath>("/components/relay/path?to=1.0.0")).There.Steps!);
    }

    [Fact]
    public async Task WhatEachStepMigratesIsTold()
    {
        await using var server = await StartAsync();

        var path = await server.Admin.ReadAsync<ComponentPath>("/components/rate-limiter/path?to=2.0.0");

        var (there, back) = (Assert.Single(path.There.Steps!), Assert.Single(path.Back!.Steps!));
        Assert.Equal([1, 2], there.Schemas);
        Assert.Equal([2, 1], back.Schemas);
        Assert.NotEqual(StateKind.None, there.State);
    }

    [Fact]
    public async Task WhereThereIsNoWayThatIsTheAnswerWithItsReasons()
    {
        await using var server = await StartAsync();
        using var blocked = await server.Admin.PatchAsync("/components/relay", """{ "block": ["[2.0.0]"] }""");
        await blocked.AsAsync<ComponentDescriptor>(HttpStatusCode.OK);

        var path = await server.Admin.ReadAsync<ComponentPath>("/components/relay/path?to=3.0.0");

        Assert.Null(path.There.Steps);
        Assert.Contains("declares itself safe", Assert.Single(path.There.WhyNot));
        Assert.Single(path.Back!.Steps!);
    }

    [Fact]
    public async Task AComponentThatServesNothingYetHasAWayThereAndNoneBack()
    {
        await using var server = await StartAsync(serving: false);

        var path = await server.Admin.ReadAsync<ComponentPath>("/components/relay/path?to=1.0.0");

        Assert.Null(path.From);
        Assert.Equal((null, "1.0.0"), (Assert.Single(path.There.Steps!).From, path.There.Steps![0].To));
        Assert.Null(path.Back);
    }

    [Fact]
    public async Task AReleaseThatThereIsNotAndAVersionThatIsNoneAreRefused()
    {
        await using var server = await StartAsync();

        using var unknown = await server.Admin.GetAsync("/api/v1/components/relay/path?to=7.7.7");
        Assert.Contains("There are 1.0.0, 2.0.0, 3.0.0.", (await unknown.AsProblemAsync(ErrorCode.UnknownRelease)).Detail);
        foreach (var query in new[] { "", "?to=", "?to=newest", "?to=1.0.0&to=2.0.0" })
        {
            using var wrong = await server.Admin.GetAsync($"/api/v1/components/relay/path{query}");
            Assert.Equal("to", Assert.Single((await wrong.AsProblemAsync(ErrorCode.InvalidRequest)).Errors).At);
        }
    }

    private static async Task<RunningServer> StartAsync(bool serving = true)
    {
        var server = await RunningServer.StartAsync(options => options.ControlPlane.Feeds.Add(JoinedNode.Releases));
        var components = server.Server.ControlPlane.Components;
        foreach (var (name, contract) in new[] { ("relay", new ComponentContract("Relay.IRelay", "Relay.Contract", null)), ("rate-limiter", new("Theseus.Samples.IRateLimiter", "Theseus.Samples.Contracts", null)) })
        {
            await components.RegisterAsync(new() { Name = name, Contract = contract }, "Test.", CancellationToken.None);
            if (serving)
            {
                await components.MoveAsync(name, new(ComponentLifecycle.Active, "It serves.") { Version = NuGetVersion.Parse("1.0.0") }, CancellationToken.None);
            }
        }

        return server;
    }
}
