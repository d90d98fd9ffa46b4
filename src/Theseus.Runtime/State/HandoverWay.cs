namespace Theseus.Runtime.State;

/// <summary>Everything that one hand-over is between.</summary>
internal sealed record HandoverWay(HandoverPlan Plan, StateParty From, StateParty To, IQuiesce Quiesce, Publication Publication);

/// <summary>The point of no return: happens at most once.</summary>
internal sealed class Publication(Action publish)
{
    public bool Happened { get; private set; }

    public void Publish()
    {
        try
        {
            publish();
        }
        catch (Exception e)
        {
            throw new HandoverFault(HandoverReason.PublishFailed, $"The new routing could not be published: {FaultText.Of(e)}");
        }

        Happened = true;
    }
}
