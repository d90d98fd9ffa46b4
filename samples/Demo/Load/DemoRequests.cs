using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;

namespace Theseus.Demo.Load;

/// <summary>
/// The requests of the demo, over real HTTP: four of five render a document, the fifth takes a permit for one of 200
/// clients. Counts the permits that it was told were given. Thread-safe.
/// </summary>
internal sealed class DemoRequests : IDisposable
{
    private const int Clients = 200;

    private readonly HttpClient[] _nodes;
    private readonly (string Name, byte[] Body, string Heading)[] _documents;
    private readonly ConcurrentDictionary<string, long> _granted = new(StringComparer.Ordinal);

    public DemoRequests(IEnumerable<Uri> nodes, IEnumerable<(string Name, string Markdown)> documents)
    {
        _nodes = [.. nodes.Select(node => new HttpClient { BaseAddress = node, Timeout = TimeSpan.FromSeconds(10) })];
        _documents = [.. documents.Select(document => (document.Name, Encoding.UTF8.GetBytes(document.Markdown), HeadingOf(document.Markdown)))];
    }

    /// <summary>The permits that were given, by client, as the answers said.</summary>
    public IReadOnlyDictionary<string, long> Granted => _granted;

    /// <summary>Sends request number n.</summary>
    /// <returns>What was wrong with the answer; null for nothing.</returns>
    public Task<string?> SendAsync(long number) => number % 5 == 4 ? AcquireAsync(NodeOf(number), number / 5) : RenderAsync(NodeOf(number), number);

    public void Dispose()
    {
        foreach (var node in _nodes)
        {
            node.Dispose();
        }
    }

    // As a load balancer would, one after another; and such that each node gets requests of both kinds.
    private HttpClient NodeOf(long number) => _nodes[(number + (number / 5)) % _nodes.Length];

    private async Task<string?> RenderAsync(HttpClient node, long number)
    {
        var (name, body, heading) = _documents[number % _documents.Length];
        using var content = new ByteArrayContent(body);
        using var response = await node.PostAsync(new Uri("render", UriKind.Relative), content).ConfigureAwait(false);
        var html = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
        return response.StatusCode != HttpStatusCode.OK ? $"{name}: status {(int)response.StatusCode}"
            : !html.Contains(heading, StringComparison.Ordinal) ? $"{name}: the answer is not the document"
            : null;
    }

    private async Task<string?> AcquireAsync(HttpClient node, long number)
    {
        // Neighbouring requests belong to distant clients: 83 and 200 have no common divisor.
        var client = (number * 83 % Clients).ToString("'client-'000", CultureInfo.InvariantCulture);
        using var response = await node.PostAsync(new Uri($"permits/{client}", UriKind.Relative), content: null).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return $"permits: status {(int)response.StatusCode}";
        }

        _granted.AddOrUpdate(client, 1, static (_, granted) => granted + 1);
        return null;
    }

    // A document begins with "# Heading"; its HTML has the heading's text in an h1, whatever attributes that gets.
    private static string HeadingOf(string markdown) => WebUtility.HtmlEncode(markdown[2..markdown.IndexOf('\n', StringComparison.Ordinal)].Trim()).Replace("&#39;", "'", StringComparison.Ordinal) + "</h1>";
}
