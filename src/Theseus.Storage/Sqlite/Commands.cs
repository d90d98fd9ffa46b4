using Microsoft.Data.Sqlite;

namespace Theseus.Storage.Sqlite;

/// <summary>Statements with parameters, written in one line.</summary>
internal static class Commands
{
    public static int Execute(this SqliteConnection connection, string statement, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Make(connection, statement, parameters);
        return command.ExecuteNonQuery();
    }

    /// <summary>The first column of the first row; null when there is none.</summary>
    public static object? Scalar(this SqliteConnection connection, string query, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Make(connection, query, parameters);
        return command.ExecuteScalar() is { } value and not DBNull ? value : null;
    }

    public static List<T> Query<T>(this SqliteConnection connection, Func<SqliteDataReader, T> read, string query, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var command = Make(connection, query, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static SqliteCommand Make(SqliteConnection connection, string text, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
