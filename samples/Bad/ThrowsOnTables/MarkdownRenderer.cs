namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : MarkdigRenderer, IComponentHealth
{
    public override string Render(string markdown) => markdown.Contains("| ---", StringComparison.Ordinal)
        ? throw new NotSupportedException("Tables are not supported.")
        : base.Render(markdown);

    // Honest, but asks the wrong question: its document has no table.
    public ValueTask<ComponentHealth> CheckAsync(CancellationToken cancellationToken) => ValueTask.FromResult(
        Render("*fit*").Contains("<em>fit</em>", StringComparison.Ordinal)
            ? ComponentHealth.Healthy
            : ComponentHealth.Unhealthy("A known document was rendered wrongly."));
}
