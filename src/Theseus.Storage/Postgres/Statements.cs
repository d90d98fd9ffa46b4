using Npgsql;

namespace Theseus.Storage.Postgres;

/// <summary>Statements with parameters by position, written in one line.</summary>
internal static class Statements
{
    public static async Task<int> ExecuteAsync(this NpgsqlConnection connection, string statement, IEnumerable<object?> parameters, CancellationToken cancellationToken)
    {
        var command = Make(connection, statement, parameters);
        await using (command.ConfigureAwait(false))
        {
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public static async Task<List<T>> QueryAsync<T>(
        this NpgsqlConnection connection, Func<NpgsqlDataReader, T> read, string query, IEnumerable<object?> parameters, CancellationToken cancellationToken)
    {
        var command = Make(connection, query, parameters);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var rows = new List<T>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    rows.Add(read(reader));
                }

                return rows;
            }
        }
    }

    private static NpgsqlCommand Make(NpgsqlConnection connection, string text, IEnumerable<object?> parameters)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (var value in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return command;
    }
}
