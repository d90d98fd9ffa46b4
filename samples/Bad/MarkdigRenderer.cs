using System.Runtime.CompilerServices;
using Markdig;

namespace Theseus.Samples.Bad;

/// <summary>What the bad releases have in common: a renderer with nothing wrong.</summary>
public abstract class MarkdigRenderer : IMarkdownRenderer
{
    private readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder().UseAdvancedExtensions().Build();

    public string Engine => "Markdig 1.6.0";

    public virtual string Render(string markdown) => Markdown.ToHtml(markdown, _pipeline);

    public virtual ValueTask<string> RenderAsync(string markdown, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Render(markdown));

    public async IAsyncEnumerable<string> RenderBlocksAsync(string markdown, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        yield return await RenderAsync(markdown, cancellationToken).ConfigureAwait(false);
    }
}
