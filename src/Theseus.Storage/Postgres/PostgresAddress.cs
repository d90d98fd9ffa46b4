using System.Globalization;
using Npgsql;

namespace Theseus.Storage.Postgres;

/// <summary>A connection string with what Theseus adds to it, and a name for the database that has no secret in it.</summary>
internal sealed class PostgresAddress
{
    /// <summary>How long the server lets a transaction wait for its client: after that it cannot be made final any more. Shorter than others wait for its lock.</summary>
    public static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(5);

    // The server gives up before the client does, so that a slow statement is an answer and not a lost connection.
    // All that is asked is asked by an index. The planner would read whole tables instead where they are small, or where it
    // believes them to be: it hears of changes a minute late, and a queue of tasks is another one by then. Bitmaps pass over
    // entries of what is gone each time anew, where an index by itself marks them. To compile takes longer than any of it.
    private static readonly string s_settings = string.Create(
        CultureInfo.InvariantCulture,
        $"-c statement_timeout=10000 -c lock_timeout=8000 -c idle_in_transaction_session_timeout={(int)LongestIdle.TotalMilliseconds} -c enable_seqscan=off -c enable_bitmapscan=off -c jit=off");

    // What the user says comes later in the string, and wins.
    private static readonly string s_ours = new NpgsqlConnectionStringBuilder
    {
        ApplicationName = "theseus",
        Timeout = 5,
        CommandTimeout = 15,
        CancellationTimeout = 2000,
        TcpKeepAlive = true,
        MaxPoolSize = 20,
    }.ConnectionString;

    private PostgresAddress(NpgsqlConnectionStringBuilder builder) =>
        (ConnectionString, Name) = (builder.ConnectionString, $"the database '{builder.Database ?? builder.Username}' on {builder.Host}");

    /// <summary>How to connect. Has the password: never shown.</summary>
    public string ConnectionString { get; }

    /// <summary>What it is called in messages.</summary>
    public string Name { get; }

    /// <exception cref="ArgumentException">It is not a connection string, or names no server; the message has nothing of it.</exception>
    public static PostgresAddress Parse(string connectionString)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder($"{s_ours};{connectionString}");
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            // Without the cause, which may quote a part of it: that could be the password.
            throw new ArgumentException("The store's connection string cannot be read. Write it like: Host=db.example.org;Database=theseus;Username=theseus;Password=…", nameof(connectionString));
        }

        if (string.IsNullOrWhiteSpace(builder.Host))
        {
            throw new ArgumentException("The store's connection string names no server. Write it like: Host=db.example.org;Database=theseus;Username=theseus;Password=…", nameof(connectionString));
        }

        if (builder.Host.Contains(',', StringComparison.Ordinal) && builder.TargetSessionAttributes is null)
        {
            // Of several servers one is the primary, and after a failover another one.
            builder.TargetSessionAttributes = "primary";
        }

        // Of one setting the last counts.
        builder.Options = $"{s_settings} {builder.Options}".TrimEnd();
        return new PostgresAddress(builder);
    }
}
