namespace Theseus.Calls.Protocol;

/// <summary>What one step of a program sees and does. A step touches at most one variable that others use.</summary>
internal sealed class Processor(byte[] state, int at, Func<int, int> baseOf, int storesHeld, Program program)
{
    public const int Registers = 3;

    private readonly int _stores = at + 1 + Registers;

    public bool IsBlocked { get; private set; }

    public string? Violation { get; private set; }

    public byte this[int register]
    {
        get => state[at + 1 + register];
        set => state[at + 1 + register] = value;
    }

    /// <summary>Reads: its own latest store that has not reached memory, or else memory.</summary>
    public byte Read(int variable)
    {
        for (var store = state[_stores] - 1; store >= 0; store--)
        {
            if (state[_stores + 1 + 2 * store] == variable)
            {
                return state[_stores + 2 + 2 * store];
            }
        }

        return state[variable];
    }

    /// <summary>Stores, for now in its own queue.</summary>
    public void Write(int variable, int value)
    {
        if (state[_stores] == storesHeld)
        {
            IsBlocked = true;
            return;
        }

        var store = _stores + 1 + 2 * state[_stores]++;
        state[store] = (byte)variable;
        state[store + 1] = (byte)value;
    }

    /// <summary>Goes on only when its own stores have reached memory; what the step does then is atomic.</summary>
    public bool Fence() => !(IsBlocked |= state[_stores] > 0);

    /// <summary>Goes on only when the stores of another processor have reached memory.</summary>
    public void FenceOn(int processor) => IsBlocked |= state[baseOf(processor) + 1 + Registers] > 0;

    /// <summary>Stores to memory at once; after a fence.</summary>
    public void WriteThrough(int variable, int value) => state[variable] = (byte)value;

    /// <summary>Goes on only when so.</summary>
    public void Await(bool condition) => IsBlocked |= !condition;

    public void Goto(string step) => state[at] = (byte)program.IndexOf(step);

    /// <summary>Looks at memory itself, whatever the processors hold back.</summary>
    public void Assert(int variable, byte value, string otherwise) => Violation = state[variable] == value ? Violation : otherwise;
}

/// <summary>The steps of one processor.</summary>
internal sealed class Program(string name)
{
    private readonly List<(string Name, Action<Processor> Do)> _steps = [];

    public string Name { get; } = name;

    /// <summary>Whether its first step may wait for something that does not come.</summary>
    public bool MayNeverBegin { get; init; }

    public IReadOnlyList<(string Name, Action<Processor> Do)> Steps => _steps;

    public Program Then(string step, Action<Processor> action)
    {
        _steps.Add((step, action));
        return this;
    }

    /// <summary>Where a step is; one that no step is called is the end.</summary>
    public int IndexOf(string step)
    {
        var index = _steps.FindIndex(candidate => candidate.Name == step);
        return index < 0 ? _steps.Count : index;
    }
}
