namespace Theseus.Samples.Bad;

[Component("markdown", typeof(IMarkdownRenderer))]
public sealed class MarkdownRenderer : MarkdigRenderer, IComponentLifecycle
{
    public async ValueTask StartAsync(CancellationToken cancellationToken) => await new TaskCompletionSource().Task.ConfigureAwait(false);

    public ValueTask StopAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
