using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Theseus.Runtime.Tasks;

namespace Theseus.Runtime;

/// <summary>Adds handlers of distributed tasks to a host. They are used once it joins a fleet.</summary>
public static class TaskHandlerExtensions
{
    private const int LongestKind = 100;

    /// <summary>Adds a handler, which is made for each attempt, in a scope of its own.</summary>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <param name="builder">The host's builder.</param>
    /// <param name="kind">The kind of tasks that it does: 1 to 100 of letters, digits and <c>. _ - / :</c>.</param>
    /// <exception cref="ArgumentException">The kind cannot be used, or has a handler.</exception>
    public static TheseusBuilder AddTaskHandler<THandler>(this TheseusBuilder builder, string kind)
        where THandler : class, ITaskHandler
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddScoped<THandler>();
        return Add(builder, new TaskHandlerRegistration(kind, services => services.GetRequiredService<THandler>()));
    }

    /// <summary>Adds a handler that is a function.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="kind">The kind of tasks that it does: 1 to 100 of letters, digits and <c>. _ - / :</c>.</param>
    /// <param name="handle">Does one attempt, and returns the result: see <see cref="ITaskHandler.HandleAsync"/>.</param>
    /// <exception cref="ArgumentException">The kind cannot be used, or has a handler.</exception>
    public static TheseusBuilder AddTaskHandler(this TheseusBuilder builder, string kind, Func<TaskAttempt, CancellationToken, Task<string>> handle)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(handle);
        var handler = new FunctionHandler(handle);
        return Add(builder, new TaskHandlerRegistration(kind, _ => handler));
    }

    private static TheseusBuilder Add(TheseusBuilder builder, TaskHandlerRegistration registration)
    {
        var kind = registration.Kind;
        if (string.IsNullOrEmpty(kind) || kind.Length > LongestKind || !kind.All(one => char.IsAsciiLetterOrDigit(one) || one is '.' or '_' or '-' or '/' or ':'))
        {
            throw new ArgumentException($"'{kind}' is not a kind of tasks; it has to have 1 to {LongestKind} of letters, digits and . _ - / :", nameof(registration));
        }

        if (builder.Services.Any(one => one.ServiceType == typeof(TaskHandlerRegistration) && (one.ImplementationInstance as TaskHandlerRegistration)?.Kind == kind))
        {
            throw new ArgumentException($"There is a handler for tasks of the kind '{kind}' already. Give this one a kind of its own.", nameof(registration));
        }

        builder.Services.AddSingleton(registration);
        return builder;
    }
}
