using Microsoft.Extensions.DependencyInjection;
using Theseus.Fleet;

namespace Theseus.Runtime.Tasks;

/// <summary>A handler that was registered. Immutable.</summary>
/// <param name="Kind">The kind of tasks that it does.</param>
/// <param name="Find">Finds it in the services of an attempt.</param>
internal sealed record TaskHandlerRegistration(string Kind, Func<IServiceProvider, ITaskHandler> Find);

/// <summary>The handlers of a node, by kind. Thread-safe.</summary>
internal sealed class TaskHandlers
{
    private readonly Dictionary<string, TaskHandlerRegistration> _registrations;
    private readonly IServiceScopeFactory _scopes;

    public TaskHandlers(IEnumerable<TaskHandlerRegistration> registrations, IServiceScopeFactory scopes)
    {
        _registrations = registrations.ToDictionary(one => one.Kind, StringComparer.Ordinal);
        _scopes = scopes;
        Kinds = [.. _registrations.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>The kinds that there are handlers for.</summary>
    public IReadOnlyList<string> Kinds { get; }

    public bool Has(string kind) => _registrations.ContainsKey(kind);

    public async Task<string> HandleAsync(Assignment assignment, CancellationToken cancellationToken)
    {
        var scope = _scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            var attempt = new TaskAttempt
            {
                Task = assignment.Task,
                Attempt = assignment.Attempt,
                Kind = assignment.Kind,
                Payload = assignment.Payload,
                Deadline = assignment.Deadline,
            };
            return await _registrations[assignment.Kind].Find(scope.ServiceProvider).HandleAsync(attempt, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>A handler that is a function.</summary>
internal sealed class FunctionHandler(Func<TaskAttempt, CancellationToken, Task<string>> function) : ITaskHandler
{
    public Task<string> HandleAsync(TaskAttempt attempt, CancellationToken cancellationToken) => function(attempt, cancellationToken);
}
