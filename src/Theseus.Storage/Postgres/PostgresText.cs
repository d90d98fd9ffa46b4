using System.Text.Json;

namespace Theseus.Storage.Postgres;

/// <summary>Text in columns of its own, written as JSON: PostgreSQL's text cannot hold every character that .NET's can.</summary>
internal static class PostgresText
{
    public static string Of(string value) => JsonSerializer.Serialize(value, StorageJson.Default.String);

    public static string Read(string stored) => JsonSerializer.Deserialize(stored, StorageJson.Default.String)!;
}
