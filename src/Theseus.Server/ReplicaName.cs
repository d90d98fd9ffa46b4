namespace Theseus.Server;

/// <summary>
/// What a control plane is called among those that share a database: the machine's name, and a number that is made at the
/// first start and kept in the data folder. So it is the same after a restart, which then goes on at once with what it was
/// driving, and another one's where a folder was copied to another machine.
/// </summary>
internal static class ReplicaName
{
    private const string FileName = "replica";

    /// <exception cref="IOException">The data folder cannot be read or written.</exception>
    public static string Of(string dataFolder)
    {
        var file = Path.Combine(dataFolder, FileName);
        if (!File.Exists(file) || !Guid.TryParseExact(File.ReadAllText(file).Trim(), "n", out var number))
        {
            number = Guid.NewGuid();
            var draft = $"{file}.{number:n}";
            File.WriteAllText(draft, $"{number:n}\n");
            File.Move(draft, file, overwrite: true);
        }

        return $"{Environment.MachineName}/{number:n}";
    }
}
