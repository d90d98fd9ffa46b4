namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : MarkdigRenderer
{
    public MarkdownRenderer() => throw new InvalidOperationException("The template folder is missing.");
}
