using System.Runtime.CompilerServices;
using Markdig;
using Markdig.Renderers;

namespace Theseus.Samples.Markdown;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : IMarkdownRenderer, IWarmUp<IMarkdownRenderer>, IComponentHealth
{
    // Touches the features that real documents use: their code is compiled before the first real call.
    private const string Sample = """
        # Title

        A paragraph with *emphasis*, **strength**, `code` and a [link](https://example.org "title").

        | left | right |
        | :--- | ----: |
        | 1    | 2     |

        1. one
           - [x] done
        2. two

        > A quotation[^1].

        ```csharp
        var x = 1;
        ```

        [^1]: A note.
        """;

    private readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder().UseAdvancedExtensions().Build();

    public string Engine => "Markdig 1.6.0";

    public IEnumerable<WarmUpCall<IMarkdownRenderer>> WarmUpCalls =>
    [
        new("Render", (renderer, _) => { renderer.Render(Sample); return ValueTask.CompletedTask; }),
        new("RenderAsync", async (renderer, cancellationToken) => await renderer.RenderAsync(Sample, cancellationToken).ConfigureAwait(false)),
        new("RenderBlocksAsync", async (renderer, cancellationToken) =>
        {
            await foreach (var _ in renderer.RenderBlocksAsync(Sample, cancellationToken).ConfigureAwait(false))
            {
            }
        }),
    ];

    public string Render(string markdown) => Markdig.Markdown.ToHtml(markdown, _pipeline);

    public ValueTask<string> RenderAsync(string markdown, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Render(markdown));
    }

    public async IAsyncEnumerable<string> RenderBlocksAsync(string markdown, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var block in Markdig.Markdown.Parse(markdown, _pipeline))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            using var html = new StringWriter();
            var renderer = new HtmlRenderer(html);
            _pipeline.Setup(renderer);
            renderer.Render(block);
            yield return html.ToString();
        }
    }

    public ValueTask<ComponentHealth> CheckAsync(CancellationToken cancellationToken) => ValueTask.FromResult(
        Render("*fit*").Contains("<em>fit</em>", StringComparison.Ordinal)
            ? ComponentHealth.Healthy
            : ComponentHealth.Unhealthy("A known document was rendered wrongly."));
}
