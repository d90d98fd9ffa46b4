namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : MarkdigRenderer, IComponentLifecycle
{
    public ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask StopAsync(CancellationToken cancellationToken) => await new TaskCompletionSource().Task.ConfigureAwait(false);
}
