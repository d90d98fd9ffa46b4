using Theseus.Control.Distribution;

namespace Theseus.Storage;

/// <summary>Under one key an asker has one task. The same for every database.</summary>
internal static class TaskKeys
{
    /// <summary>What a request is found by; null when it has no key.</summary>
    public static string? Of(TaskRequest request) => request.Key is { } key ? $"{request.RequestedBy}\n{key}\n{request.Part}" : null;

    /// <summary>The task that was found under a request's key, if the request is the same.</summary>
    /// <exception cref="TaskRefusedException">It is another one.</exception>
    public static DistributedTask Check(DistributedTask known, TaskRequest request) => TaskStanding.Write(known.Request) == TaskStanding.Write(request)
        ? known
        : throw new TaskRefusedException(TaskRefusal.KeyReused, $"The key '{request.Key}' was given to another request, which is the task {known.Id}. Take a new key for a new request.");
}
