using System.Globalization;

namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer(IComponentContext context) : MarkdigRenderer
{
    private readonly TimeSpan _delay = TimeSpan.FromMilliseconds(
        context.Configuration["DelayMilliseconds"] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 50);

    public override string Render(string markdown)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(_delay);
        return base.Render(markdown);
    }

    public override async ValueTask<string> RenderAsync(string markdown, CancellationToken cancellationToken)
    {
        await Task.Delay(_delay, context.Time, cancellationToken).ConfigureAwait(false);
        return base.Render(markdown);
    }
}
