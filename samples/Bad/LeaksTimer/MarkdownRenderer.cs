namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : MarkdigRenderer
{
    private readonly Timer _timer;
    private int _ticks;

    public MarkdownRenderer() => _timer = new Timer(_ => _ticks++, null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));

    public override string ToString() => $"{_timer} ticked {_ticks} times";
}
