using System.Collections.Concurrent;
using System.Text;
using Theseus.Fixtures.CounterMath;
using Theseus.Fixtures.Counting;

namespace Theseus.Fixtures.Counter;

[Component("counter", typeof(ICounter), ContractRange = "[3.0.0, 4.0.0)", UpgradesFrom = "[1.0.0, )")]
[ComponentDependency("clock", "[1.0.0, 2.0.0)")]
[ComponentDependency("audit", "2.0.0")]
[ResourceNeeds(MemoryMebibytes = 64, Millicores = 250)]
[StateSchema(2)]
public sealed class Counter : ICounter, ITransferableState
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public long Next(string name) => _counts.AddOrUpdate(name, static _ => Step.After(0), static (_, count) => Step.After(count));

    public async ValueTask ExportAsync(Stream destination, CancellationToken cancellationToken)
    {
        foreach (var (name, count) in _counts.OrderBy(c => c.Key, StringComparer.Ordinal))
            await destination.WriteAsync(Encoding.UTF8.GetBytes($"{name} {count}\n"), cancellationToken);
    }

    public async ValueTask ImportAsync(Stream source, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(source, leaveOpen: true);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
            _counts[line[..line.LastIndexOf(' ')]] = long.Parse(line[(line.LastIndexOf(' ') + 1)..]);
    }
}

[StateMigration(1, 2)]
public sealed class OneToTwo : IReversibleStateMigration
{
    public async ValueTask MigrateAsync(Stream source, Stream destination, CancellationToken cancellationToken) =>
        await source.CopyToAsync(destination, cancellationToken);

    public async ValueTask UndoAsync(Stream source, Stream destination, CancellationToken cancellationToken) =>
        await source.CopyToAsync(destination, cancellationToken);
}
