namespace Theseus.Channels.Tests;

internal static class Waiting
{
    public static TimeSpan Deadline { get; } = TimeSpan.FromMinutes(2);

    public static Task<T> InTimeAsync<T>(this Task<T> task) => task.WaitAsync(Deadline, TimeProvider.System, TestContext.Current.CancellationToken);

    public static Task InTimeAsync(this Task task) => task.WaitAsync(Deadline, TimeProvider.System, TestContext.Current.CancellationToken);
}
