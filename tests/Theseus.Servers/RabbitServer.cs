namespace Theseus.Servers;

/// <summary>Whether RabbitMQ can be started on this machine. <c>eng/rabbitmq.sh</c> installs it where it is missing.</summary>
public static class RabbitServer
{
    private static readonly string[] s_folders = ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin"];

    /// <summary>Why none can be started on this machine, and what to do; null when one can.</summary>
    public static string? Missing { get; } =
        OperatingSystem.IsWindows() ? "The tests' RabbitMQ is started by a Unix shell."
        : Folders().Any(folder => File.Exists(Path.Combine(folder, "rabbitmq-server")) && File.Exists(Path.Combine(folder, "rabbitmqctl"))) ? null
        : "RabbitMQ is not on this machine: run eng/rabbitmq.sh, or name the folder of its programs in THESEUS_RABBITMQ.";

    private static IEnumerable<string> Folders() => Environment.GetEnvironmentVariable("THESEUS_RABBITMQ") is { Length: > 0 } named
        ? [named]
        : [.. s_folders, .. Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? []];
}
