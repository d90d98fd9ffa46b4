using System.Net;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Theseus.Control;

namespace Theseus.Server.Tests;

/// <summary>What holds for each endpoint that the running server has. One that is added without a row here fails.</summary>
public sealed class EndpointLaws(OneServer one) : IClassFixture<OneServer>
{
    private const string Look = "Viewer Operator Approver Admin";
    private const string Operate = "Operator Admin";
    private const string Approve = "Approver Admin";
    private const string Administer = "Admin";
    private const string NoSuch = "none-such";

    /// <summary>Every endpoint: who may, whether it has a body, whether its list comes in parts, and what it says to a name that there is none of.</summary>
    private static readonly Row[] _all =
    [
        new("GET /api/v1/health", ""),
        new("GET /api/v1/openapi.json", Look),
        new("GET /api/v1/status", Look),
        new("GET /api/v1/nodes", Look),
        new("POST /api/v1/nodes", Operate, Body: true),
        new("GET /api/v1/convergence", Look),
        new("POST /api/v1/nodes/{name}/drain", Operate, Body: true, Unknown: "unknown-node"),
        new("POST /api/v1/nodes/{name}/undrain", Operate, Body: true, Unknown: "unknown-node"),
        new("DELETE /api/v1/nodes/{name}", Operate, Unknown: "unknown-node"),
        new("GET /api/v1/components", Look),
        new("GET /api/v1/components/{name}", Look, Unknown: "unknown-component"),
        new("PATCH /api/v1/components/{name}", Operate, Body: true, Unknown: "unknown-component"),
        new("GET /api/v1/components/{name}/history", Look, IsCounted: true, Unknown: "unknown-component"),
        new("GET /api/v1/components/{name}/dependencies", Look, Unknown: "unknown-component"),
        new("GET /api/v1/components/{name}/path", Look, Unknown: "unknown-component"),
        new("GET /api/v1/dependencies", Look),
        new("GET /api/v1/releases/{component}", Look, IsCounted: true, Unknown: "unknown-component"),
        new("GET /api/v1/upgrades", Look, IsCounted: true),
        new("POST /api/v1/upgrades", Operate, Body: true),
        new("POST /api/v1/upgrades/plan", Operate, Body: true),
        new("GET /api/v1/upgrades/{id}", Look, Unknown: "unknown-upgrade"),
        new("GET /api/v1/upgrades/{id}/events", Look, Unknown: "unknown-upgrade"),
        new("GET /api/v1/upgrades/{id}/judgement", Look, Unknown: "unknown-upgrade"),
        new("POST /api/v1/upgrades/{id}/pause", Operate, Body: true, Unknown: "unknown-upgrade"),
        new("POST /api/v1/upgrades/{id}/resume", Operate, Body: true, Unknown: "unknown-upgrade"),
        new("POST /api/v1/upgrades/{id}/cancel", Operate, Body: true, Unknown: "unknown-upgrade"),
        new("POST /api/v1/upgrades/{id}/promote", Operate, Body: true, Unknown: "unknown-upgrade"),
        new("POST /api/v1/upgrades/{id}/rollback", Operate, Body: true, Unknown: "unknown-upgrade"),
        new("POST /api/v1/upgrades/{id}/approve", Approve, Body: true, Unknown: "unknown-upgrade", Good: """{ "digest": "00" }"""),
        new("GET /api/v1/rollback-points", Look),
        new("POST /api/v1/emergency-rollback", Operate, Body: true),
        new("GET /api/v1/line", Look),
        new("POST /api/v1/line/stop", Operate, Body: true),
        new("POST /api/v1/line/restart", Operate, Body: true),
        new("GET /api/v1/tasks", Look, IsCounted: true),
        new("GET /api/v1/tasks/dead-letters", Look, IsCounted: true),
        new("GET /api/v1/tasks/statistics", Look),
        new("GET /api/v1/tasks/{id}", Look, Unknown: "unknown-task"),
        new("POST /api/v1/tasks", Operate, Body: true),
        new("POST /api/v1/tasks/batch", Operate, Body: true),
        new("POST /api/v1/tasks/{id}/cancel", Operate, Body: true, Unknown: "unknown-task"),
        new("POST /api/v1/tasks/{id}/requeue", Operate, Body: true, Unknown: "unknown-task"),
        new("GET /api/v1/monitor", Look),
        new("GET /api/v1/monitor/{metric}", Look, Unknown: "unknown-metric"),
        new("GET /api/v1/metrics", Look),
        new("GET /api/v1/alert-rules", Look),
        new("GET /api/v1/alerts", Look),
        new("GET /api/v1/alerts/{id}", Look, Unknown: "unknown-alert"),
        new("POST /api/v1/alerts/{id}/acknowledge", Operate, Body: true, Unknown: "unknown-alert"),
        new("GET /api/v1/audit", Look, IsCounted: true),
        new("GET /api/v1/audit/verify", Look),
        new("GET /api/v1/events", Look),
        new("GET /api/v1/tokens", Administer),
        new("POST /api/v1/tokens", Administer, Body: true),
        new("DELETE /api/v1/tokens/{id}", Administer, Unknown: "unknown-token"),
    ];

    public static TheoryData<string> All => [.. _all.Select(row => row.Endpoint)];

    public static TheoryData<string> Closed => [.. _all.Where(row => row.Roles.Length > 0).Select(row => row.Endpoint)];

    public static TheoryData<string> WithBody => [.. _all.Where(row => row.Body).Select(row => row.Endpoint)];

    public static TheoryData<string> WithCount => [.. _all.Where(row => row.IsCounted).Select(row => row.Endpoint)];

    public static TheoryData<string> WithName => [.. _all.Where(row => row.Unknown.Length > 0).Select(row => row.Endpoint)];

    [Fact]
    public void EveryEndpointThatIsMappedIsInTheTableAndNoOther()
    {
        var mapped = one.Server.Server.Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Select(method => $"{method} {Shown(endpoint.RoutePattern.RawText!)}"));

        Assert.Equal(_all.Select(row => row.Endpoint).Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task WithoutATokenItIsClosed(string endpoint)
    {
        using var none = await SendAsync(one.Server.Nobody, endpoint);
        using var wrong = await SendAsync(one.Server.Client("theseus_0000000000000000_wrong"), endpoint);

        await none.AsProblemAsync(ErrorCode.Unauthorized);
        await wrong.AsProblemAsync(ErrorCode.Unauthorized);
    }

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task ItOpensToTheRolesOfTheTableAndToNoOther(string endpoint)
    {
        var row = Find(endpoint);
        foreach (var role in Enum.GetValues<AccessRole>())
        {
            using var answer = await SendAsync(await one.ClientAsync(role), endpoint);

            if (row.Roles.Split(' ').Contains(role.ToString()))
            {
                Assert.NotEqual((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (answer.StatusCode, answer.StatusCode));
                Assert.False(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.InternalServerError, $"{role}: {answer.StatusCode}");
            }
            else
            {
                await answer.AsProblemAsync(ErrorCode.Forbidden);
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task EveryAnswerIsSafeToKeepInABrowser(string endpoint)
    {
        foreach (var client in new[] { one.Server.Admin, one.Server.Nobody })
        {
            using var answer = await SendAsync(client, endpoint);

            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.True(answer.Headers.CacheControl?.NoStore);
            Assert.Empty(answer.Headers.Server);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task ABodyThatIsNoJsonIsRefused(string endpoint)
    {
        foreach (var body in new[] { """{ "why": """, "[]", "null", "\"text\"", """{ "why": "a", "why": "b" }""", new string('[', 100), "{}x", "\u0000", """{ "why": "\ud800" }""", """{ "\udc00": 1 }""", """{ "a": [{ "b": "\ud800x" }] }""" })
        {
            using var answer = await SendAsync(one.Server.Admin, endpoint, Calls.Json(body));

            await answer.AsProblemAsync(ErrorCode.InvalidRequest);
        }
    }

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task AMemberThatThereIsNotIsRefusedByName(string endpoint)
    {
        using var answer = await SendAsync(one.Server.Admin, endpoint, Calls.Json("""{ "surprise": 1 }"""));

        Assert.Contains((await answer.AsProblemAsync(ErrorCode.InvalidRequest)).Errors, fault => fault.At == "surprise");
    }

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task ABodyThatIsTooLargeIsRefusedWhetherItsLengthIsToldOrNot(string endpoint)
    {
        var large = $$"""{ "why": "{{new string('x', 300 * 1024)}}" }""";
        var untold = new UntoldLength(large);

        using var first = await SendAsync(one.Server.Admin, endpoint, Calls.Json(large));
        using var second = await SendAsync(one.Server.Admin, endpoint, untold);

        await first.AsProblemAsync(ErrorCode.TooLarge);
        await second.AsProblemAsync(ErrorCode.TooLarge);
    }

    [Theory]
    [MemberData(nameof(WithBody))]
    public async Task ABodyOfAnotherTypeIsRefused(string endpoint)
    {
        using var text = await SendAsync(one.Server.Admin, endpoint, new StringContent("{}", Encoding.UTF8, "text/plain"));
        using var other = await SendAsync(one.Server.Admin, endpoint, new StringContent("{}", Encoding.Unicode, "application/json"));

        await text.AsProblemAsync(ErrorCode.UnsupportedMediaType);
        await other.AsProblemAsync(ErrorCode.UnsupportedMediaType);
    }

    [Theory]
    [MemberData(nameof(WithCount))]
    public async Task APartOfAListIsFromOneToFiveHundredLong(string endpoint)
    {
        foreach (var count in new[] { "0", "501", "-1", "x", "", "1e2", "99999999999999999999", "1&count=2" })
        {
            using var answer = await one.Server.Admin.GetAsync($"{PathOf(endpoint)}?count={count}");

            Assert.Contains((await answer.AsProblemAsync(ErrorCode.InvalidRequest)).Errors, fault => fault.At == "count");
        }
    }

    [Theory]
    [MemberData(nameof(WithName))]
    public async Task ANameThatThereIsNoneOfIsSaidToBeUnknown(string endpoint)
    {
        var row = Find(endpoint);

        using var answer = await SendAsync(one.Server.Admin, endpoint, row.Body ? Calls.Json(row.Good) : null);

        await answer.AsProblemAsync(ErrorCode.All.Single(code => code.Name == row.Unknown));
    }

    [Fact]
    public async Task WhatIsNotThereAndWhatTakesAnotherMethodAreProblemsToo()
    {
        using var nothing = await one.Server.Admin.GetAsync("/api/v1/nothing");
        using var outside = await one.Server.Admin.GetAsync("/");
        using var method = await one.Server.Admin.DeleteAsync("/api/v1/status");

        await nothing.AsProblemAsync(ErrorCode.NotFound);
        await outside.AsProblemAsync(ErrorCode.NotFound);
        await method.AsProblemAsync(ErrorCode.MethodNotAllowed);
    }

    [Fact]
    public async Task HealthTellsNothingElseAndNeedsNoToken() =>
        Assert.Equal("""{"status":"alive"}""", await one.Server.Nobody.GetStringAsync("/api/v1/health"));

    private static Row Find(string endpoint) => _all.Single(row => row.Endpoint == endpoint);

    private static string Shown(string pattern) => "/" + pattern.Trim('/').Replace("{documentName:regex(^openapi$)}", "openapi");

    private static string PathOf(string endpoint) =>
        endpoint.Split(' ')[1].Replace("{id}", NoSuch).Replace("{name}", NoSuch).Replace("{component}", NoSuch).Replace("{metric}", NoSuch);

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string endpoint, HttpContent? content = null)
    {
        // A stream has no end: its headers are all that is waited for.
        var request = new HttpRequestMessage(new HttpMethod(endpoint.Split(' ')[0]), PathOf(endpoint)) { Content = content };
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private sealed record Row(string Endpoint, string Roles, bool Body = false, bool IsCounted = false, string Unknown = "", string Good = "{}");

    private sealed class UntoldLength : StringContent
    {
        public UntoldLength(string text)
            : base(text, Encoding.UTF8, "application/json")
        {
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}

/// <summary>A server for a class of tests that leave it as it is.</summary>
public sealed class OneServer : IAsyncLifetime
{
    private readonly Dictionary<AccessRole, HttpClient> _clients = [];

    internal RunningServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RunningServer.StartAsync(options => options.Api.FailedAttemptsPerMinute = 10_000);

    internal async Task<HttpClient> ClientAsync(AccessRole role) =>
        _clients.TryGetValue(role, out var client) ? client : _clients[role] = await Server.ClientAsync(role);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
