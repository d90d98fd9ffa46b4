namespace Theseus.Servers;

/// <summary>Where RabbitMQ's programs lie on this machine. <c>eng/rabbitmq.sh</c> installs them where they are missing.</summary>
internal static class RabbitBinaries
{
    // Not what Debian has on the path: that insists on a user of its own.
    private static readonly string[] s_usual = ["/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin"];

    /// <summary>The folder of <c>rabbitmq-server</c> and <c>rabbitmqctl</c>; null when there is none.</summary>
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("THESEUS_RABBITMQ");
        if (!string.IsNullOrEmpty(named))
        {
            return named;
        }

        var path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return s_usual.Concat(path).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "rabbitmq-server")) && File.Exists(Path.Combine(folder, "rabbitmqctl")));
    }
}
