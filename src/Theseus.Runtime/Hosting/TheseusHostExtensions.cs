using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Theseus.Runtime.Hosting;

namespace Theseus.Runtime;

/// <summary>Adds Theseus to a host.</summary>
public static class TheseusHostExtensions
{
    /// <summary>Adds Theseus to a host: configuration section <c>Theseus</c>, then <paramref name="configure"/>.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Sets options in code.</param>
    public static TheseusBuilder AddTheseus(this IHostApplicationBuilder builder, Action<TheseusOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Services.AddTheseus(configure);
    }

    /// <summary>Adds Theseus to a host's services. Can be called several times.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options in code.</param>
    public static TheseusBuilder AddTheseus(this IServiceCollection services, Action<TheseusOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<TheseusOptions>().BindConfiguration(TheseusOptions.Section).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TheseusOptions>, TheseusOptionsValidator>());
        if (services.FirstOrDefault(one => one.ServiceType == typeof(ComponentRegistrations))?.ImplementationInstance is not ComponentRegistrations registrations)
        {
            registrations = new ComponentRegistrations();
            services.AddSingleton(registrations);
            services.AddSingleton<ComponentHost>();
            services.AddSingleton(provider => provider.GetRequiredService<ComponentHost>().Engine);
            services.AddSingleton(provider => provider.GetRequiredService<ComponentHost>().Metrics);
            services.AddHostedService(provider => provider.GetRequiredService<ComponentHost>());
        }

        return new TheseusBuilder(services, registrations);
    }
}
