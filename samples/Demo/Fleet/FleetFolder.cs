using System.Globalization;
using Npgsql;

namespace Theseus.Demo.Fleet;

/// <summary>What <c>eng/fleet</c> writes into its folder: where everything is, and how to get in.</summary>
internal sealed class FleetFolder(string path)
{
    public const string ControlPlane = "control";
    public const string Node = "node";

    public string Path { get; } = path;

    public string Token => File.ReadAllText(System.IO.Path.Combine(Path, "secrets", "admin.token")).Trim();

    /// <summary>The addresses of parts whose names begin alike, in their order.</summary>
    public IReadOnlyList<Uri> AddressesOf(string kind) =>
    [
        .. from line in File.ReadAllLines(System.IO.Path.Combine(Path, "addresses"))
           let words = line.Split(' ')
           where words[0].StartsWith(kind, StringComparison.Ordinal)
           orderby int.Parse(words[0][kind.Length..], CultureInfo.InvariantCulture)
           select new Uri(words[1]),
    ];

    /// <summary>All that listens somewhere: PostgreSQL, RabbitMQ, control planes, nodes.</summary>
    public IReadOnlyList<FleetPart> Parts =>
    [
        .. from line in File.ReadAllLines(System.IO.Path.Combine(Path, "addresses"))
           let words = line.Split(' ')
           orderby words[0].StartsWith(Node, StringComparison.Ordinal), words[0].StartsWith(ControlPlane, StringComparison.Ordinal), words[0]
           select new FleetPart(words[0], ProcessOf(words[0]), words[1]),
    ];

    /// <summary>The process of a part.</summary>
    public int ProcessOf(string part) => int.Parse(File.ReadLines(System.IO.Path.Combine(Path, "pids", part)).First(), CultureInfo.InvariantCulture);

    /// <summary>Which control plane drives an upgrade, and the token of its lease: as the database that they share says.</summary>
    public async Task<KilledDriver?> FindDriverAsync(string upgrade, CancellationToken cancellationToken)
    {
        var server = File.ReadLines(System.IO.Path.Combine(Path, "addresses")).Single(line => line.StartsWith("postgres ", StringComparison.Ordinal)).Split(' ', ':');
        var text = new NpgsqlConnectionStringBuilder
        {
            Host = server[1],
            Port = int.Parse(server[2], CultureInfo.InvariantCulture),
            Database = "theseus",
            Username = "theseus",
            Passfile = System.IO.Path.Combine(Path, "secrets", "pgpass"),
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(text.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT owner, token FROM upgrade_leases WHERE upgrade = $1", connection) { Parameters = { new() { Value = upgrade } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        // An owner is a machine's name and the number that lies in a control plane's data folder.
        var number = row.GetString(0).Split('/')[^1];
        return Directory.EnumerateDirectories(Path, $"{ControlPlane}*")
            .Where(folder => File.ReadAllText(System.IO.Path.Combine(folder, "replica")).Trim() == number)
            .Select(folder => new KilledDriver(System.IO.Path.GetFileName(folder), row.GetInt64(1)))
            .SingleOrDefault();
    }
}
