using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Theseus.Fleet;
using Theseus.Server.Api;

namespace Theseus.Server;

/// <summary>
/// A control plane with its API on a port of its own: what <c>theseus serve</c> runs. Runs from <see cref="StartAsync"/>
/// until it is disposed of. Thread-safe.
/// </summary>
public sealed class TheseusServer : IAsyncDisposable
{
    private const int LargestHeaders = 16 * 1024;
    private const int MostHeaders = 64;
    private static readonly TimeSpan s_longestStop = TimeSpan.FromSeconds(10);

    private readonly WebApplication _application;
    private int _isDisposed;

    private TheseusServer(ControlPlane plane, WebApplication application, Uri address, IssuedToken? firstToken) =>
        (ControlPlane, _application, Address, FirstToken) = (plane, application, address, firstToken);

    /// <summary>The control plane.</summary>
    public ControlPlane ControlPlane { get; }

    /// <summary>Where it listens, with the port that it got.</summary>
    public Uri Address { get; }

    /// <summary>
    /// The admin's token that was made at this start, because there was none: show it once. It is in
    /// <see cref="TokenIssuer.FirstTokenFile"/> too. Null at every other start.
    /// </summary>
    public IssuedToken? FirstToken { get; }

    /// <summary>The application's endpoints.</summary>
    internal IServiceProvider Services => _application.Services;

    /// <summary>Starts a server.</summary>
    /// <param name="options">How it is put together.</param>
    /// <param name="channel">The way to its nodes.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says all that is wrong with them.</exception>
    /// <exception cref="Storage.StorageException">Its database cannot be used; the message says why and what to do.</exception>
    /// <exception cref="IOException">Its address is taken.</exception>
    public static async Task<TheseusServer> StartAsync(
        TheseusServerOptions options, IFleetChannel channel, TimeProvider? time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        if (options.Validate() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join(" ", faults), nameof(options));
        }

        var plane = await ControlPlane.StartAsync(options.ControlPlane, channel, time, loggers, cancellationToken).ConfigureAwait(false);
        WebApplication? application = null;
        try
        {
            application = Build(options, plane, loggers);
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            var first = await application.Services.GetRequiredService<TokenIssuer>().EnsureAdminAsync(cancellationToken).ConfigureAwait(false);
            var addresses = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
            return new TheseusServer(plane, application, new Uri(addresses.First()), first);
        }
        catch
        {
            if (application is not null)
            {
                await application.DisposeAsync().ConfigureAwait(false);
            }

            await plane.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends it: requests that run are waited for, at most ten seconds; upgrades stay where they are, and go on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        await ControlPlane.DisposeAsync().ConfigureAwait(false);
    }

    private static WebApplication Build(TheseusServerOptions options, ControlPlane plane, ILoggerFactory loggers)
    {
        // Without the configuration of whatever process this is: what counts is what the options say.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = plane.DataFolder });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, options));
        if (options.Certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_longestStop);
        // The process and its signals are the caller's.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.AddRouting();
        builder.Services.AddTheseusApi(plane, options.Api);
        ApiDocument.Add(builder.Services);
        var application = builder.Build();
        var boundary = application.Services.GetRequiredService<ApiBoundary>();
        // What goes wrong before an endpoint is reached, and addresses that there are none at.
        application.Use(async (context, next) => await boundary.RunAsync(context, async () =>
        {
            await next(context).ConfigureAwait(false);
            ThrowIfNothingThere(context);
        }, Timeout.InfiniteTimeSpan).ConfigureAwait(false));
        application.UseRouting();
        application.UseAuthentication();
        application.UseAuthorization();
        TheseusApi.Map(application, ApiDocument.Map);
        return application;
    }

    private static void ThrowIfNothingThere(HttpContext context)
    {
        if (context.Response.HasStarted || context.Response.ContentType is not null)
        {
            return;
        }

        switch (context.Response.StatusCode)
        {
            case StatusCodes.Status404NotFound:
                throw Problem.Of(ErrorCode.NotFound, $"There is nothing at {context.Request.Path}. The API lies below {TheseusApi.Path}.");
            case StatusCodes.Status405MethodNotAllowed:
                throw Problem.Of(ErrorCode.MethodNotAllowed, $"{context.Request.Path} takes {context.Response.Headers.Allow}.");
            case StatusCodes.Status415UnsupportedMediaType:
                throw Problem.Of(ErrorCode.UnsupportedMediaType, "Send the body as 'Content-Type: application/json', in UTF-8.");
        }
    }

    private static void Listen(KestrelServerOptions kestrel, TheseusServerOptions options)
    {
        kestrel.AddServerHeader = false;
        // Above what the API takes, so that who sends too much is told so, rather than cut off while it still sends.
        kestrel.Limits.MaxRequestBodySize = 4 * ApiBoundary.LargestBody;
        kestrel.Limits.MaxRequestHeadersTotalSize = LargestHeaders;
        kestrel.Limits.MaxRequestHeaderCount = MostHeaders;
        var address = new Uri(options.Address);
        kestrel.Listen(new IPEndPoint(TheseusServerOptions.Host(address)!, address.Port), listen =>
        {
            if (options.Certificate is { } certificate && address.Scheme == "https")
            {
                listen.UseHttps(certificate);
            }
        });
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
