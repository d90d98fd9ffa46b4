namespace Theseus.Docs.Tests.Walking;

/// <summary>A person's shell: one command after another in one folder, each with the variables that those before have set.</summary>
internal sealed class Shell(string folder, IReadOnlyDictionary<string, string?> environment)
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(8);

    private readonly string _variables = Path.Combine(Directory.CreateDirectory(folder).FullName, ".walk-variables");

    /// <summary>Runs a command.</summary>
    /// <returns>How it ended, and what it printed.</returns>
    public Task<(int ExitCode, string Output)> RunAsync(string command)
    {
        var script = $"touch '{_variables}'; . '{_variables}' 2>/dev/null; {command}\ncode=$?; export -p > '{_variables}'; exit $code";
        return Tool.RunAsync(folder, environment, ["bash", "-a", "-c", script], _deadline);
    }

    /// <summary>The commands of a block: what a quote or a line's end holds open goes on in the next line.</summary>
    public static IReadOnlyList<string> Commands(string block)
    {
        var commands = new List<string>();
        var open = "";
        foreach (var line in block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            open = open.Length > 0 ? $"{open}\n{line}" : line;
            if (open.Count(c => c == '\'') % 2 == 0 && !open.EndsWith('\\'))
            {
                commands.Add(open);
                open = "";
            }
        }

        return open.Length == 0 ? commands : throw new InvalidOperationException($"A command does not end: {open}");
    }
}
