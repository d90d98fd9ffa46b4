using Theseus.Samples.Typography;

namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : MarkdigRenderer
{
    public override string Render(string markdown) => base.Render(Typographer.Educate(markdown, "en"));
}
