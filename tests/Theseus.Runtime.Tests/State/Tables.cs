using System.Globalization;
using Theseus.Packaging;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

/// <summary>Places in a hand-over where a component's code runs and can go wrong.</summary>
public enum Place
{
    BeginCopy,
    Export,
    ExportChanges,
    EndCopy,
    Migrate,
    MigrateChanges,
    Import,
    ApplyChanges,
}

/// <summary>A release whose state is a table of named counters. What happens at each place can be set.</summary>
/// <param name="schema">Schema 1 writes <c>name=value</c>, schema 2 a heading and <c>value name</c>.</param>
internal class Table(int schema) : ITransferableState
{
    protected Lock Gate { get; } = new();

    protected SortedDictionary<string, long> Rows { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs at each place, before the component does its part there.</summary>
    public Func<Place, CancellationToken, ValueTask> At { get; set; } = static (_, _) => default;

    public List<Place> Visited { get; } = [];

    public IReadOnlyDictionary<string, long> Content
    {
        get
        {
            lock (Gate)
            {
                return new Dictionary<string, long>(Rows);
            }
        }
    }

    public virtual void Add(string name, long value)
    {
        lock (Gate)
        {
            Rows[name] = Rows.GetValueOrDefault(name) + value;
        }
    }

    public async ValueTask ExportAsync(Stream destination, CancellationToken cancellationToken)
    {
        await VisitAsync(Place.Export, cancellationToken);
        await WriteAsync(destination, Content, cancellationToken);
    }

    public async ValueTask ImportAsync(Stream source, CancellationToken cancellationToken)
    {
        await VisitAsync(Place.Import, cancellationToken);
        var rows = await ReadAsync(source, cancellationToken);
        lock (Gate)
        {
            Rows.Clear();
            foreach (var (name, value) in rows)
            {
                Rows[name] = value;
            }
        }
    }

    protected ValueTask VisitAsync(Place place, CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            Visited.Add(place);
        }

        return At(place, cancellationToken);
    }

    protected async Task WriteAsync(Stream destination, IEnumerable<KeyValuePair<string, long>> rows, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(destination);
        foreach (var line in TableText.Write(schema, rows))
        {
            await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
    }

    protected async Task<List<KeyValuePair<string, long>>> ReadAsync(Stream source, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(source);
        return TableText.Read(schema, (await reader.ReadToEndAsync(cancellationToken)).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }
}

/// <summary>A table that notes changes: the present value of every counter that was changed, so that applying one twice does no harm.</summary>
internal sealed class CatchUpTable(int schema) : Table(schema), ICatchUpState
{
    private HashSet<string>? _changed;

    public bool IsNoting
    {
        get
        {
            lock (Gate)
            {
                return _changed is not null;
            }
        }
    }

    public override void Add(string name, long value)
    {
        lock (Gate)
        {
            base.Add(name, value);
            _changed?.Add(name);
        }
    }

    public async ValueTask BeginCopyAsync(Stream destination, CancellationToken cancellationToken)
    {
        lock (Gate)
        {
            _changed = new(StringComparer.Ordinal);
        }

        await VisitAsync(Place.BeginCopy, cancellationToken);
        await WriteAsync(destination, Content, cancellationToken);
    }

    public async ValueTask ExportChangesAsync(Stream destination, CancellationToken cancellationToken)
    {
        await VisitAsync(Place.ExportChanges, cancellationToken);
        List<KeyValuePair<string, long>> rows;
        lock (Gate)
        {
            rows = [.. _changed!.Order(StringComparer.Ordinal).Select(name => KeyValuePair.Create(name, Rows[name]))];
            _changed!.Clear();
        }

        if (rows.Count > 0)
        {
            await WriteAsync(destination, rows, cancellationToken);
        }
    }

    public async ValueTask EndCopyAsync()
    {
        await VisitAsync(Place.EndCopy, CancellationToken.None);
        lock (Gate)
        {
            _changed = null;
        }
    }

    public async ValueTask ApplyChangesAsync(Stream source, CancellationToken cancellationToken)
    {
        await VisitAsync(Place.ApplyChanges, cancellationToken);
        foreach (var (name, value) in await ReadAsync(source, cancellationToken))
        {
            lock (Gate)
            {
                Rows[name] = value;
            }
        }
    }
}

internal static class TableText
{
    public const string Heading = "schema 2";

    public static IEnumerable<string> Write(int schema, IEnumerable<KeyValuePair<string, long>> rows) => schema == 1
        ? rows.Select(static row => string.Create(CultureInfo.InvariantCulture, $"{row.Key}={row.Value}"))
        : rows.Select(static row => string.Create(CultureInfo.InvariantCulture, $"{row.Value} {row.Key}")).Prepend(Heading);

    public static List<KeyValuePair<string, long>> Read(int schema, IReadOnlyList<string> lines)
    {
        if (schema == 2 && (lines.Count == 0 || lines[0] != Heading))
        {
            throw new InvalidDataException("This is not a table of schema 2.");
        }

        return schema == 1
            ? [.. lines.Select(static line => line.Split('=')).Select(static parts => KeyValuePair.Create(parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture)))]
            : [.. lines.Skip(1).Select(static line => line.Split(' ', 2)).Select(static parts => KeyValuePair.Create(parts[1], long.Parse(parts[0], CultureInfo.InvariantCulture)))];
    }
}

/// <summary>Schema 1 to 2 and back; each table is migrated as a whole, changes as well.</summary>
[StateMigration(1, 2)]
internal class TableMigration : IReversibleStateMigration, IChangeMigration
{
    public Func<Place, CancellationToken, ValueTask> At { get; set; } = static (_, _) => default;

    public async ValueTask MigrateAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        await At(Place.Migrate, cancellationToken);
        await ConvertAsync(1, 2, source, destination, cancellationToken);
    }

    public virtual async ValueTask UndoAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        await At(Place.Migrate, cancellationToken);
        await ConvertAsync(2, 1, source, destination, cancellationToken);
    }

    public async ValueTask MigrateChangesAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        await At(Place.MigrateChanges, cancellationToken);
        await ConvertAsync(1, 2, source, destination, cancellationToken);
    }

    protected static async Task ConvertAsync(int from, int to, Stream source, Stream destination, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(source);
        var rows = TableText.Read(from, (await reader.ReadToEndAsync(cancellationToken)).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        await using var writer = new StreamWriter(destination);
        foreach (var line in TableText.Write(to, rows))
        {
            await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
    }
}

/// <summary>A migration whose way back forgets the last counter.</summary>
[StateMigration(1, 2)]
internal sealed class ForgetfulMigration : TableMigration
{
    public override async ValueTask UndoAsync(Stream source, Stream destination, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(source);
        var rows = TableText.Read(2, (await reader.ReadToEndAsync(cancellationToken)).Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        await using var writer = new StreamWriter(destination);
        foreach (var line in TableText.Write(1, rows.SkipLast(1)))
        {
            await writer.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
    }
}

/// <summary>A migration that says of itself no more than that it leads upwards.</summary>
[StateMigration(1, 2)]
internal sealed class UpwardMigration : IStateMigration
{
    public TableMigration Inner { get; init; } = new();

    public ValueTask MigrateAsync(Stream source, Stream destination, CancellationToken cancellationToken) =>
        Inner.MigrateAsync(source, destination, cancellationToken);
}

internal static class Parties
{
    public static StateParty Of(object instance, string version, StateDeclaration state, object? migration = null) => new(
        instance,
        Manifests.Of("counters", version, state),
        name => migration ?? throw new TypeLoadException($"Type '{name}' is not there."));

    public static StateDeclaration State(StateKind kind, int schema, params IReadOnlyList<MigrationDeclaration> migrations) =>
        new(kind, schema, null, migrations);

    public static MigrationDeclaration Up { get; } = new(1, 2, IsReversible: true, MigratesChanges: true, "Counters.UpToTwo");
}
