using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Theseus.Packaging.Tests.Feeds;

/// <summary>A real NuGet v3 server on this machine, which can be told to misbehave.</summary>
internal sealed class FeedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Lock _lock = new();
    private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FeedServer(WebApplication app) => _app = app;

    /// <summary>What to do with the next requests for a path, one after the other; then it behaves.</summary>
    public ConcurrentDictionary<string, ConcurrentQueue<Func<HttpContext, Task>>> Trouble { get; } = new();

    public ConcurrentQueue<string> Requests { get; } = new();

    public ConcurrentQueue<string> Authorizations { get; } = new();

    public Uri Address { get; private set; } = null!;

    public Uri Index => new(Address, "v3/index.json");

    public static async Task<FeedServer> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new FeedServer(app);
        app.Run(server.Answer);
        await app.StartAsync();
        server.Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/");
        return server;
    }

    public void Next(string path, params Func<HttpContext, Task>[] trouble)
    {
        foreach (var one in trouble)
            Trouble.GetOrAdd(path, _ => new()).Enqueue(one);
    }

    /// <summary>Completes when a path has been asked for so often.</summary>
    public async Task WhenAsked(string path, int times, TimeSpan deadline)
    {
        using var patience = new CancellationTokenSource(deadline);
        while (true)
        {
            Task next;
            lock (_lock)
                next = _asked.Task;
            if (Requests.Count(r => r == path) >= times)
                return;
            await next.WaitAsync(patience.Token);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    public static Func<HttpContext, Task> Status(int status, string? retryAfter = null) => context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        return Task.CompletedTask;
    };

    public static Func<HttpContext, Task> Text(string text) => context => context.Response.WriteAsync(text);

    public static Func<HttpContext, Task> Redirect(string location) => context =>
    {
        context.Response.Redirect(location);
        return Task.CompletedTask;
    };

    /// <summary>Promises more than it sends, then breaks off.</summary>
    public static async Task BreakOff(HttpContext context)
    {
        context.Response.ContentLength = 1_000_000;
        await context.Response.Body.WriteAsync(new byte[1000]);
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    /// <summary>Says nothing until the client goes away.</summary>
    public static async Task Hang(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    /// <summary>Sends a part, then says nothing until the client goes away.</summary>
    public static async Task HangInTheMiddle(HttpContext context)
    {
        context.Response.ContentLength = 1_000_000;
        await context.Response.Body.WriteAsync(new byte[1000]);
        await context.Response.Body.FlushAsync();
        await Hang(context);
    }

    private async Task Answer(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        Requests.Enqueue(path);
        Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
        lock (_lock)
        {
            _asked.SetResult();
            _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        if (Trouble.TryGetValue(path, out var trouble) && trouble.TryDequeue(out var next))
        {
            await next(context);
            return;
        }

        switch (path)
        {
            case "/v3/index.json":
                await context.Response.WriteAsJsonAsync(new
                {
                    version = "3.0.0",
                    resources = new object[]
                    {
                        new Dictionary<string, string> { ["@id"] = $"{Address}query", ["@type"] = "SearchQueryService" },
                        new Dictionary<string, string> { ["@id"] = $"{Address}flat", ["@type"] = "PackageBaseAddress/3.0.0" },
                    },
                });
                break;
            case "/flat/theseus.fixtures.counter/index.json":
                await context.Response.WriteAsJsonAsync(new { versions = new[] { "2.5.0-rc.1", "1.0.0" } });
                break;
            case "/flat/theseus.fixtures.counter/2.5.0-rc.1/theseus.fixtures.counter.2.5.0-rc.1.nupkg":
                await context.Response.Body.WriteAsync(Repository.CounterPackage);
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }
}
