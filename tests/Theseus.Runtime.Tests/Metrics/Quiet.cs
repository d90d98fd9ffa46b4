using Theseus.Runtime.Tests.Routing;

namespace Theseus.Runtime.Tests.Metrics;

/// <summary>Answers without allocating.</summary>
internal sealed class Quiet : IEcho
{
    public string Echo(string text) => text;

    public string Once(string text) => text;

    public ValueTask<string> EchoAsync(string text, CancellationToken cancellationToken) => new(text);

    public string Keyed(string key) => key;

    public IAsyncEnumerable<int> CountAsync(int count, CancellationToken cancellationToken) => throw new NotSupportedException();
}
