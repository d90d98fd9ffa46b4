using Microsoft.Data.Sqlite;
using Theseus.Control.Audit;
using Theseus.Control.Upgrades;

namespace Theseus.Storage.Tests;

/// <summary>A database in a folder of its own, gone at the end of the test; and another program's way into it.</summary>
internal sealed class DatabaseFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-storage-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "theseus.db");

    public static UpgradeRecord Upgrade(string id, params string[] components) => new()
    {
        Id = id,
        Request = new UpgradeRequest
        {
            Targets = [.. components.Select(component => new UpgradeTarget(component, "2.0.0"))],
            Parameters = new CanaryParameters { Nodes = Amount.Percent(25), Share = 0.5 },
            RequestedBy = "operator",
        },
        Since = DateTimeOffset.UnixEpoch,
        RequestedAt = DateTimeOffset.UnixEpoch,
    };

    public static AuditEntry Entry(string why, string subject = "u1") => new(DateTimeOffset.UnixEpoch, "operator", subject, "a", "b", why);

    /// <summary>What another program does to the file, beside Theseus.</summary>
    public void Meddle(string statement)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
