using Theseus.Servers;
using Theseus.Storage.Tests;

[assembly: AssemblyFixture(typeof(Stores))]

namespace Theseus.Storage.Tests;

/// <summary>The databases that the laws of stores hold for.</summary>
public enum StoreKind
{
    Sqlite,
    Postgres,
}

/// <summary>Makes new, empty stores; and the one PostgreSQL server of a run, when the first test asks for it.</summary>
public sealed class Stores : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartNewAsync());

    public static TheoryData<StoreKind> Kinds => [StoreKind.Sqlite, StoreKind.Postgres];

    public Task<PostgresServer> PostgresAsync()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        return _server.Value;
    }

    /// <summary>An empty store of a kind, open.</summary>
    internal async Task<TestedStore> OpenAsync(StoreKind kind)
    {
        if (kind == StoreKind.Postgres)
        {
            var connection = await (await PostgresAsync()).CreateDatabaseAsync();
            return await TestedStore.OpenAsync(connection, statement => PostgresServer.ExecuteAsync(connection, statement), () => { });
        }

        var file = new DatabaseFile();
        return await TestedStore.OpenAsync(
            file.Path,
            statement =>
            {
                file.Meddle(statement);
                return Task.CompletedTask;
            },
            file.Dispose);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
