namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : MarkdigRenderer
{
    private readonly ManualResetEventSlim _never = new();
    private readonly TaskCompletionSource<string> _neverEither = new();

    public override string Render(string markdown)
    {
        if (IsForEver(markdown))
        {
            _never.Wait();
        }

        return base.Render(markdown);
    }

    public override async ValueTask<string> RenderAsync(string markdown, CancellationToken cancellationToken) =>
        IsForEver(markdown) ? await _neverEither.Task.ConfigureAwait(false) : base.Render(markdown);

    private static bool IsForEver(string markdown) => markdown.Contains("for ever", StringComparison.Ordinal);
}
