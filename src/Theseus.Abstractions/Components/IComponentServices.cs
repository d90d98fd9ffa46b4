using Microsoft.Extensions.DependencyInjection;

namespace Theseus;

/// <summary>
/// Implemented by a component class that wants services of its own. Each generation has its own container, disposed
/// with it; the component and what it registers are resolved from there, never from the host's container, since that
/// would keep the old code alive.
/// </summary>
/// <remarks>
/// Always there: <see cref="IComponentContext"/>, <c>ILogger&lt;T&gt;</c>, <c>ILoggerFactory</c>, <c>IConfiguration</c>
/// (the component's own section), <see cref="TimeProvider"/>, and the shared state object, if one is declared.
/// </remarks>
public interface IComponentServices
{
    /// <summary>Adds the component's services.</summary>
    /// <param name="services">The generation's own collection.</param>
    /// <param name="context">The generation's context.</param>
    static abstract void ConfigureServices(IServiceCollection services, IComponentContext context);
}
