using System.Text;
using System.Text.RegularExpressions;

namespace Theseus.Docs.Tests.Walking;

/// <summary>
/// A person who does what the guide to a fleet of processes says, word by word, in an empty folder beside the repository. Only
/// what has been built already is not built again.
/// </summary>
internal sealed class FleetReader : IAsyncDisposable
{
    private readonly ProductPackages _product;
    private readonly string _folder;
    private readonly Shell _shell;

    public FleetReader(ProductPackages product)
    {
        _product = product;
        var above = Directory.CreateDirectory(Path.Combine(product.Folder, Path.GetRandomFileName())).FullName;
        _folder = Directory.CreateDirectory(Path.Combine(above, "fleet")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(above, "theseus"), Repository.Root);
        if (!OperatingSystem.IsWindows())
        {
            // As folders of people are: where we are root, the servers run as somebody else.
            foreach (var folder in new[] { product.Folder, above, _folder })
            {
                File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            }
        }

        _shell = new Shell(_folder, product.Environment);
    }

    public async Task FollowAsync(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            switch (step)
            {
                case WriteStep write:
                    Directory.CreateDirectory(Path.GetDirectoryName(InFolder(write.Path))!);
                    await File.WriteAllTextAsync(InFolder(write.Path), write.Content.Replace("../theseus/artifacts/packages", _product.Packages, StringComparison.Ordinal));
                    break;
                case EditStep edit:
                    var text = await File.ReadAllTextAsync(InFolder(edit.Path));
                    Assert.True(text.Contains(edit.Old, StringComparison.Ordinal), $"Line {edit.Line}: {edit.Path} has no '{edit.Old}' to be changed.");
                    await File.WriteAllTextAsync(InFolder(edit.Path), text.Replace(edit.Old, edit.New, StringComparison.Ordinal));
                    break;
                case RunStep run:
                    await RunAsync(run);
                    break;
            }
        }
    }

    /// <summary>Ends what the page has started, also where it was not followed to its end.</summary>
    public async ValueTask DisposeAsync() => await _shell.RunAsync("../theseus/eng/fleet stop --folder here");

    private async Task RunAsync(RunStep run)
    {
        var printed = new StringBuilder();
        foreach (var command in run.Commands.Where(command => command != "../theseus/eng/pack"))
        {
            var (code, output) = await _shell.RunAsync(command.Replace("eng/fleet start", "eng/fleet start --no-build", StringComparison.Ordinal));
            Assert.True(code == 0, $"Line {run.Line}: '{command}' ended with {code}:\n{output}");
            printed.Append(output);
        }

        if (run.Expected is not null)
        {
            var pattern = Regex.Escape(run.Expected.Trim()).Replace("…", ".*", StringComparison.Ordinal);
            Assert.True(Regex.IsMatch(printed.ToString().ReplaceLineEndings("\n").Trim(), $"^{pattern}$", RegexOptions.Singleline), $"Line {run.Line} says that this is printed:\n{run.Expected}\nIt was:\n{printed}");
        }
    }

    private string InFolder(string path) => Path.Combine(_folder, path);
}
