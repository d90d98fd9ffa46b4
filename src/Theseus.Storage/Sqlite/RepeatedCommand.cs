using Microsoft.Data.Sqlite;

namespace Theseus.Storage.Sqlite;

/// <summary>One statement that is done for many rows: read by the database once. Not thread-safe.</summary>
internal sealed class RepeatedCommand : IDisposable
{
    private readonly SqliteCommand _command;

    /// <param name="connection">The database.</param>
    /// <param name="statement">The statement, with parameters <c>$0</c>, <c>$1</c> and so on.</param>
    /// <param name="parameters">How many there are.</param>
    public RepeatedCommand(SqliteConnection connection, string statement, int parameters)
    {
        _command = connection.CreateCommand();
        _command.CommandText = statement;
        for (var i = 0; i < parameters; i++)
        {
            _command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        }
    }

    public int Execute(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    public T? One<T>(Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
        where T : class
    {
        Bind(values);
        using var reader = _command.ExecuteReader();
        return reader.Read() ? read(reader) : null;
    }

    public long Number(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return (long)_command.ExecuteScalar()!;
    }

    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
