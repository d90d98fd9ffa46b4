namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : MarkdigRenderer
{
    private readonly ManualResetEventSlim _never = new();

    public MarkdownRenderer() => new Thread(() => _never.Wait()) { IsBackground = true, Name = "leaked by markdown" }.Start();
}
