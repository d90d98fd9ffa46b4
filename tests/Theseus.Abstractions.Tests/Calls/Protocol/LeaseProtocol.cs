namespace Theseus.Calls.Protocol;

/// <summary>The lease protocol as small steps. Each switch that is turned off makes a variant that is known to be wrong.</summary>
internal sealed record LeaseProtocol
{
    public const string TooLate = "a call began on a generation that is gone";
    public const string InTheMiddle = "a generation went in the middle of a call";

    private const int Route = 0; // even: names the generation; odd: names another
    private const int Drain = 1; // the number of the drain in force; 0 for none
    private const int Completed = 2; // by number of the drain, 1 or 2
    private const int Gone = 5;
    private const int HandedOver = 6;
    private const int Entries = 7; // by processor
    private const int Exits = Entries + Callers;
    private const int Variables = Exits + Callers;
    private const int Callers = 2;

    /// <summary>A caller reads the route again after it has counted itself in.</summary>
    public bool ReadsAgain { get; init; } = true;

    /// <summary>The swapper has every processor execute a barrier before its drain can be seen; else only its own does.</summary>
    public bool BarrierBeforeDrain { get; init; } = true;

    /// <summary>The swapper has every processor execute a barrier after its drain can be seen; else only its own does.</summary>
    public bool BarrierAfterDrain { get; init; } = true;

    /// <summary>A caller that leaves and sees a drain executes a barrier before it sums.</summary>
    public bool BarrierOnExit { get; init; } = true;

    /// <summary>Exits are summed before entries.</summary>
    public bool ExitsFirst { get; init; } = true;

    /// <summary>A caller completes the drain that it saw before it summed; else the one that is in force then.</summary>
    public bool OwnDrain { get; init; } = true;

    /// <summary>Two callers that call once each, and a swapper that disposes the generation once it has drained.</summary>
    public Machine Swap() => new(Variables, [Caller(0), Caller(1), Once()]);

    /// <summary>A call that is admitted on one processor and ends on another, and the same swapper.</summary>
    public Machine SwapWhileACallMoves() => new(Variables, [Mover(), Ender(), Once()]);

    /// <summary>Two callers, and a swapper that gives up its first drain, goes back to the generation and leaves it again.</summary>
    public Machine SwapTwice() => new(Variables, [Caller(0), Caller(1), Twice()]);

    private Program Caller(int number) => Exit(Enter(new Program($"caller {number}"), number)
        .Then("calls", static p => p.Assert(Gone, 0, TooLate))
        .Then("answers", static p => p.Assert(Gone, 0, InTheMiddle)), number);

    private Program Mover() => Exit(Enter(new Program("mover"), 0)
        .Then("calls", static p => p.Assert(Gone, 0, TooLate))
        .Then("hands over", static p =>
        {
            p.Write(HandedOver, 1);
            p.Goto("end");
        }), 0);

    private Program Ender() => Exit(new Program("ender") { MayNeverBegin = true }
        .Then("takes over", static p => p.Await(p.Read(HandedOver) == 1))
        .Then("answers", static p => p.Assert(Gone, 0, InTheMiddle)), 1);

    private Program Enter(Program program, int number)
    {
        program.Then("reads the route", p =>
        {
            p[0] = p.Read(Route);
            if (p[0] % 2 == 1)
            {
                p.Goto("end");
            }
        });
        program.Then("counts in", p => p.Write(Entries + number, p.Read(Entries + number) + 1));
        return ReadsAgain
            ? program.Then("reads the route again", p =>
            {
                if (p.Read(Route) != p[0])
                {
                    p.Goto("counts out");
                }
            })
            : program;
    }

    private Program Exit(Program program, int number)
    {
        program.Then("counts out", p => p.Write(Exits + number, p.Read(Exits + number) + 1));
        program.Then("looks for a drain", p =>
        {
            p[1] = p.Read(Drain);
            if (p[1] == 0)
            {
                p.Goto("end");
            }
        });
        if (BarrierOnExit)
        {
            program.Then("executes a barrier", static p => p.Fence());
        }

        Sum(program, "");
        return program.Then("completes the drain", p =>
        {
            if (p.Fence() && p[2] == 0)
            {
                p.WriteThrough(Completed + (OwnDrain ? p[1] : p.Read(Drain)), 1);
            }
        });
    }

    private Program Once()
    {
        var swapper = new Program("swapper").Then("publishes", static p => p.Write(Route, 1));
        return Dispose(DrainOnce(swapper, 1), 1);
    }

    private Program Twice()
    {
        var swapper = new Program("swapper").Then("publishes", static p => p.Write(Route, 1));
        DrainOnce(swapper, 1)
            .Then("stops draining", static p =>
            {
                if (p.Fence())
                {
                    p.WriteThrough(Drain, 0);
                }
            })
            .Then("publishes the generation again", static p => p.Write(Route, 2))
            .Then("publishes another again", static p => p.Write(Route, 3));
        return Dispose(DrainOnce(swapper, 2), 2);
    }

    private Program DrainOnce(Program swapper, byte drain)
    {
        Barrier(swapper, BarrierBeforeDrain, $"before drain {drain}");
        swapper.Then($"lets drain {drain} be seen", p => p.Write(Drain, drain));
        Barrier(swapper, BarrierAfterDrain, $"after drain {drain}");
        swapper.Then($"begins to sum for drain {drain}", static p => p[2] = 0);
        Sum(swapper, $" for drain {drain}");
        return swapper.Then($"completes drain {drain}", p =>
        {
            if (p.Fence() && p[2] == 0)
            {
                p.WriteThrough(Completed + drain, 1);
            }
        });
    }

    private static Program Dispose(Program swapper, byte drain) => swapper
        .Then("waits until it has drained", p => p.Await(p.Read(Completed + drain) == 1))
        .Then("disposes", static p =>
        {
            if (p.Fence())
            {
                p.WriteThrough(Gone, 1);
            }
        });

    private static void Barrier(Program swapper, bool onAll, string when)
    {
        swapper.Then($"executes a barrier {when}", static p => p.Fence());
        for (var caller = 0; onAll && caller < Callers; caller++)
        {
            var other = caller;
            swapper.Then($"has caller {other} execute a barrier {when}", p => p.FenceOn(other));
        }
    }

    private void Sum(Program program, string why)
    {
        if (ExitsFirst)
        {
            Add(program, "exits", Exits, -1, why);
            Add(program, "entries", Entries, 1, why);
        }
        else
        {
            Add(program, "entries", Entries, 1, why);
            Add(program, "exits", Exits, -1, why);
        }
    }

    private static void Add(Program program, string what, int first, int sign, string why)
    {
        for (var caller = 0; caller < Callers; caller++)
        {
            var other = caller;
            program.Then($"sums the {what} of {other}{why}", p => p[2] = (byte)(p[2] + sign * p.Read(first + other)));
        }
    }
}
