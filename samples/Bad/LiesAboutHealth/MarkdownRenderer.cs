namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : MarkdigRenderer, IComponentHealth
{
    public override string Render(string markdown) => throw new InvalidOperationException("Nothing works.");

    public ValueTask<ComponentHealth> CheckAsync(CancellationToken cancellationToken) => ValueTask.FromResult(ComponentHealth.Healthy);
}
