using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Theseus.Docs.Tests.Walking;

/// <summary>
/// A person who does what a page says, word by word, in an empty folder, with the product's packages beside it. Only the
/// port is another one, and what the page calls `curl` is done by the test itself.
/// </summary>
internal sealed class Reader(ProductPackages product) : IAsyncDisposable
{
    private const string PortOfPages = "http://localhost:5080";
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(4);

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(product.Folder, Path.GetRandomFileName(), "first")).FullName;
    private readonly string _address = $"http://127.0.0.1:{FreePort()}";
    private readonly HttpClient _http = new() { Timeout = _deadline };
    private Server? _server;

    public async Task FollowAsync(IEnumerable<Step> steps)
    {
        // Where a clone of the repository would be.
        var clone = Path.Combine(Path.GetDirectoryName(_folder)!, "theseus", "artifacts");
        Directory.CreateDirectory(clone);
        Directory.CreateSymbolicLink(Path.Combine(clone, "packages"), product.Packages);
        foreach (var step in steps)
        {
            await TakeAsync(step);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _http.Dispose();
    }

    private async Task TakeAsync(Step step)
    {
        switch (step)
        {
            case WriteStep write:
                Directory.CreateDirectory(Path.GetDirectoryName(InFolder(write.Path))!);
                await File.WriteAllTextAsync(InFolder(write.Path), write.Content);
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

    private async Task RunAsync(RunStep run)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var printed = new StringBuilder();
            foreach (var command in run.Commands)
            {
                printed.Append(await RunAsync(command, run.Line));
            }

            if (run.Expected is null || Pattern(run.Expected).IsMatch(Trimmed(printed.ToString())))
            {
                return;
            }

            Assert.True(
                run.IsRepeated && Stopwatch.GetElapsedTime(begun) < _deadline,
                $"Line {run.Line} says that this is printed:\n{run.Expected}\nIt was:\n{printed}\nThe server said:\n{_server?.Said}");
        }
    }

    private async Task<string> RunAsync(string command, int line)
    {
        var words = command.Replace(PortOfPages, _address, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words)
        {
            case ["../theseus/eng/pack"]:
                return "";
            case ["dotnet", "run", ..]:
                Assert.Null(_server);
                _server = await Server.StartAsync(_folder, product.Environment, words, _deadline);
                return "";
            case ["dotnet", ..] or ["tools/theseus", ..]:
                words[0] = words[0] == "dotnet" ? words[0] : InFolder(words[0]);
                var (exitCode, output) = await Tool.RunAsync(_folder, product.Environment, words, _deadline);
                Assert.True(exitCode == 0, $"Line {line}: '{command}' ended with {exitCode}:\n{output}\nThe server said:\n{_server?.Said}");
                return output;
            case ["curl", "-s", var url]:
                return await _http.GetStringAsync(url);
            case ["curl", "-s", "-X", "POST", var url]:
                using (var response = await _http.PostAsync(url, content: null))
                {
                    return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
                }

            default:
                throw new InvalidOperationException($"Line {line}: nobody knows how to run '{command}'.");
        }
    }

    private string InFolder(string path) => Path.Combine(_folder, path);

    private static Regex Pattern(string expected) =>
        new("^" + Regex.Escape(Trimmed(expected)).Replace("…", ".*", StringComparison.Ordinal) + "$", RegexOptions.Singleline);

    private static string Trimmed(string text) => text.ReplaceLineEndings("\n").Trim();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
