namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : MarkdigRenderer
{
    private bool _exiting;

    public MarkdownRenderer() => AppDomain.CurrentDomain.ProcessExit += (_, _) => _exiting = true;

    public override string Render(string markdown) => _exiting ? "" : base.Render(markdown);
}
