using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Theseus.Server.Access;
using Theseus.Server.Api;
using Theseus.Server.Events;

namespace Theseus.Server;

/// <summary>Puts the API of a control plane into an application of the user's own.</summary>
public static class TheseusApi
{
    /// <summary>The path below which the API lies.</summary>
    public const string Path = "/api/v1";

    /// <summary>Adds what the API needs. The control plane stays the caller's, who disposes of it after the application.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="plane">The control plane.</param>
    /// <param name="options">Its bounds; null for the defaults.</param>
    /// <exception cref="ArgumentException">The options cannot be used; the message says why.</exception>
    public static IServiceCollection AddTheseusApi(this IServiceCollection services, ControlPlane plane, TheseusApiOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(plane);
        options ??= new TheseusApiOptions();
        if (options.Validate() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join(" ", faults), nameof(options));
        }

        // An instance that was given is not disposed of by the container.
        services.AddSingleton(plane);
        services.AddSingleton(options);
        services.AddSingleton(new TokenIssuer(plane));
        services.AddSingleton<FailedAttempts>();
        services.AddSingleton<ApiBoundary>();
        services.AddSingleton<ChangePulse>();
        services.AddHostedService(provider => provider.GetRequiredService<ChangePulse>());
        services.AddSingleton<EventStreams>();
        // The core alone: the rest of it keeps keys for cookies, in files that nobody here reads.
        services.AddAuthenticationCore();
        services.AddWebEncoders();
        services.TryAddSingleton(plane.Time);
        new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, TokenAuthentication>(AccessPolicies.Scheme, null);
        services.AddAuthorization(AccessPolicies.Add);
        return services;
    }

    /// <summary>Maps the API's endpoints below <see cref="Path"/>. Each but health needs a token: see <see cref="TokenIssuer"/> for the first.</summary>
    /// <param name="endpoints">The application, or a group of its endpoints.</param>
    public static IEndpointConventionBuilder MapTheseusApi(this IEndpointRouteBuilder endpoints) => Map(endpoints, _ => { });

    /// <summary>Maps them, and what else is to lie among them.</summary>
    internal static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, Action<RouteGroupBuilder> more)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var boundary = endpoints.ServiceProvider.GetRequiredService<ApiBoundary>();
        var all = endpoints.MapGroup(Path);
        all.AddEndpointFilter(boundary).WithTags("Theseus").WithMetadata(new ApiMark());
        var api = all.MapGroup("").RequireAuthorization(AccessPolicies.Look);
        api.Refuses(StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status500InternalServerError, StatusCodes.Status503ServiceUnavailable);
        StatusEndpoints.Map(all, api);
        NodeEndpoints.Map(api);
        UpgradeEndpoints.Map(api);
        ComponentEndpoints.Map(api);
        PathEndpoints.Map(api);
        RollbackEndpoints.Map(api);
        TaskEndpoints.Map(api);
        MonitorEndpoints.Map(api);
        MetricsEndpoint.Map(api);
        AuditEndpoints.Map(api);
        TokenEndpoints.Map(api);
        EventEndpoints.Map(api);
        more(api);
        return all;
    }
}

/// <summary>Marks the API's endpoints among others of an application.</summary>
internal sealed record ApiMark;
