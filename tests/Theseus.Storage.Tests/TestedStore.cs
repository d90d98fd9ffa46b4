using Theseus.Control;
using Theseus.Control.Audit;
using Theseus.Control.Distribution;
using Theseus.Control.Upgrades;

namespace Theseus.Storage.Tests;

/// <summary>A database of a test's own, open; and another program's way into it.</summary>
internal sealed class TestedStore : IAsyncDisposable
{
    private readonly Func<string, Task> _meddle;
    private readonly Action _remove;
    private ControlStore _open;

    private TestedStore(string address, ControlStore open, Func<string, Task> meddle, Action remove) => (Address, _open, _meddle, _remove) = (address, open, meddle, remove);

    /// <summary>What <see cref="ControlStore.OpenAsync"/> opens it by.</summary>
    public string Address { get; }

    public IUpgradeStore Upgrades => _open.Upgrades;

    public IDrivingLeases Leases => _open.Leases;

    public IComponentStore Components => _open.Components;

    public INodeStore Nodes => _open.Nodes;

    public IRollbackPointStore Points => _open.RollbackPoints;

    public ITaskStore Tasks => _open.Tasks;

    public ITokenStore Tokens => _open.Tokens;

    public IKeyedRequestStore KeyedRequests => _open.KeyedRequests;

    public IEvidenceStore Evidence => _open.Evidence;

    public IAuditLog Audit => _open.Audit;

    public static async Task<TestedStore> OpenAsync(string address, Func<string, Task> meddle, Action remove) =>
        new(address, await ControlStore.OpenAsync(address, null, default), meddle, remove);

    /// <summary>Closes it and opens it again.</summary>
    public async Task ReopenAsync()
    {
        await _open.DisposeAsync();
        _open = await ControlStore.OpenAsync(Address, null, default);
    }

    /// <summary>What another program does to the database, beside Theseus.</summary>
    public Task MeddleAsync(string statements) => _meddle(statements);

    public async ValueTask DisposeAsync()
    {
        await _open.DisposeAsync();
        _remove();
    }
}
