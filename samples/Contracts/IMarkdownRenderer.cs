namespace Theseus.Samples;

/// <summary>Renders Markdown as HTML.</summary>
[Contract]
public interface IMarkdownRenderer
{
    /// <summary>What renders, and in which version: <c>Markdig 1.6.0</c>.</summary>
    [Idempotent]
    string Engine { get; }

    /// <summary>Renders a document.</summary>
    /// <param name="markdown">The document.</param>
    /// <returns>Its HTML.</returns>
    [Idempotent]
    string Render(string markdown);

    /// <summary>Renders a document.</summary>
    /// <param name="markdown">The document.</param>
    /// <param name="cancellationToken">Gives the rendering up.</param>
    /// <returns>Its HTML.</returns>
    [Idempotent]
    ValueTask<string> RenderAsync(string markdown, CancellationToken cancellationToken);

    /// <summary>Renders a document piece by piece: one piece of HTML for each of its outermost blocks.</summary>
    /// <param name="markdown">The document.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<string> RenderBlocksAsync(string markdown, CancellationToken cancellationToken);
}
