using System.Runtime.CompilerServices;
using Theseus.Packaging;

namespace Theseus.Runtime.State;

/// <summary>Hands a component's state from one generation to another. Thread-safe; one hand-over at a time per component.</summary>
internal sealed class StateHandover
{
    private readonly TimeProvider _time;
    private readonly StateOptions _options;

    public StateHandover(TimeProvider time, StateOptions options)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new ArgumentException(string.Join(" ", errors), nameof(options));
        }

        (_time, _options) = (time, options);
    }

    /// <summary>
    /// Finds the way, and where its migrations say that they can be undone, tries them both ways on the present state.
    /// Has no effect on the serving path but, where the serving release's state is <see cref="StateKind.Transferred"/>
    /// and its schema changes, one short hold for the trial's export, which <see cref="HandoverPlan.TrialHold"/> tells.
    /// </summary>
    public async Task<HandoverPlan> PlanAsync(StateParty from, StateParty to, IQuiesce quiesce, CancellationToken cancellationToken)
    {
        using var work = new HandoverWork(_options);
        var meter = new HoldMeter(_time);
        HandoverPlan plan;
        try
        {
            using var deadline = Preparation(cancellationToken);
            plan = await work.PlanAsync(from, to, deadline).ConfigureAwait(false);
            if (_options.TryWayBack && RoundTrip.AppliesTo(plan))
            {
                plan = await new RoundTrip(work, _options, meter).TryAsync(plan, from, quiesce, deadline, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (HandoverFault fault)
        {
            plan = HandoverPlan.Refused(fault.Reason is HandoverReason.Cancelled ? HandoverRefusal.Cancelled : HandoverRefusal.TrialFailed, fault.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            plan = HandoverPlan.Refused(HandoverRefusal.Cancelled, "Cancelled while the state's way was planned.");
        }

        await LeavingItsThread;
        return plan with { TrialHold = meter.Longest };
    }

    /// <summary>
    /// Hands the state over. Calls <paramref name="publish"/> once, at the point of no return, after the import has
    /// succeeded and while callers are still held back; or never, and then the old generation serves on as before.
    /// </summary>
    /// <param name="plan">A plan that was not refused.</param>
    /// <param name="from">The old generation.</param>
    /// <param name="to">The new generation, which nobody calls yet.</param>
    /// <param name="quiesce">Holds callers back.</param>
    /// <param name="publish">Publishes the routing that names the new generation. When it throws, nothing may have been published.</param>
    /// <param name="cancellationToken">Cancels, until the point of no return.</param>
    public async Task<HandoverResult> RunAsync(HandoverPlan plan, StateParty from, StateParty to, IQuiesce quiesce, Action publish, CancellationToken cancellationToken)
    {
        if (plan.IsRefused)
        {
            throw new ArgumentException("A refused plan cannot be carried out.", nameof(plan));
        }

        using var work = new HandoverWork(_options);
        var meter = new HoldMeter(_time);
        var way = new HandoverWay(plan, from, to, quiesce, new Publication(publish));
        HandoverResult result;
        try
        {
            result = await CarryAsync(way, work, meter, cancellationToken).ConfigureAwait(false);
        }
        catch (HandoverFault fault)
        {
            result = new() { Reason = fault.Reason, Detail = fault.Message };
        }

        await work.SettleAsync(_time).ConfigureAwait(false);
        await LeavingItsThread;
        return Measured(result, work, meter);
    }

    /// <summary>
    /// Goes back: brings the state of <paramref name="from"/>, a candidate that is given up, to <paramref name="to"/>,
    /// the generation that served before and still has its state of then. Where that cannot be done, that older state
    /// is used, and the result says what is lost. Unless cancelled, it ends with <paramref name="publish"/> called.
    /// </summary>
    public async Task<HandoverResult> RunBackAsync(StateParty from, StateParty to, StateSnapshot? snapshot, IQuiesce quiesce, Action publish, CancellationToken cancellationToken)
    {
        using var work = new HandoverWork(_options);
        var meter = new HoldMeter(_time);
        var back = new WayBack(this, work, meter, _options);
        var result = await back.RunAsync(from, to, snapshot, quiesce, new Publication(publish), cancellationToken).ConfigureAwait(false);
        await work.SettleAsync(_time).ConfigureAwait(false);
        await LeavingItsThread;
        return Measured(result, work, meter);
    }

    /// <summary>Gives a generation that nobody calls yet a state that was kept. Callers are not held back: what it is given does not change.</summary>
    public async Task<HandoverResult> RestoreAsync(StateParty to, StateSnapshot snapshot, CancellationToken cancellationToken)
    {
        using var work = new HandoverWork(_options);
        var result = new HandoverResult();
        try
        {
            using var deadline = Preparation(cancellationToken);
            await work.ImportAsync(to, snapshot, deadline).ConfigureAwait(false);
        }
        catch (HandoverFault fault)
        {
            result = new() { Reason = fault.Reason, Detail = fault.Message };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            result = new() { Reason = HandoverReason.Cancelled, Detail = "Cancelled while the kept state was put back." };
        }

        await work.SettleAsync(_time).ConfigureAwait(false);
        await LeavingItsThread;
        return Measured(result, work, new HoldMeter(_time));
    }

    /// <summary>Carries a plan out. Throws a fault when it fails before publication.</summary>
    internal async Task<HandoverResult> CarryAsync(HandoverWay way, HandoverWork work, HoldMeter meter, CancellationToken cancellationToken)
    {
        try
        {
            switch (way.Plan.Kind)
            {
                case StateKind.Transferred:
                    return await new Transfer(work, meter, _options).RunAsync(way, cancellationToken).ConfigureAwait(false);
                case StateKind.CaughtUp:
                    return await new CatchUp(work, meter, _options).RunAsync(way, cancellationToken).ConfigureAwait(false);
                default:
                    // Nothing is copied, and a shared object is made for calls from many sides: nobody has to wait.
                    if (cancellationToken.IsCancellationRequested)
                    {
                        throw new HandoverFault(HandoverReason.Cancelled, "Cancelled before the new generation was published.");
                    }

                    way.Publication.Publish();
                    return new();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new HandoverFault(HandoverReason.Cancelled, "Cancelled before the new generation was published.");
        }
    }

    internal Deadline Preparation(CancellationToken cancellationToken) =>
        new(_options.PreparationTimeout, HandoverReason.PreparationTimedOut, _time, cancellationToken);

    // Whatever awaits a hand-over must not go on on the hand-over's own thread. To be awaited as it is: the task of a method
    // that awaits it may be complete, by a thread of the pool, before it is looked at; then the thread would be kept.
    private static ConfiguredTaskAwaitable LeavingItsThread => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    private static HandoverResult Measured(HandoverResult result, HandoverWork work, HoldMeter meter) => result with
    {
        CriticalSection = meter.Longest,
        Attempts = meter.Attempts,
        StateBytes = work.ExportedBytes,
        Abandoned = work.Abandoned,
    };
}
