using Microsoft.Data.Sqlite;

namespace Theseus.Storage.Tests;

/// <summary>A database in a folder of its own, gone at the end of the test; and another program's way into it.</summary>
internal sealed class DatabaseFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-storage-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "theseus.db");

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
