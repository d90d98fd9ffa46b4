using System.Text;

namespace Theseus.Calls.Protocol;

/// <summary>
/// A machine of a few processors under total store order, with every execution of it: each processor keeps its stores
/// in a queue of its own, and any one of them may reach memory at any moment (Sewell et al., "x86-TSO", 2010, section 3).
/// </summary>
/// <param name="variables">How many variables of one byte the memory has; all begin at 0.</param>
/// <param name="programs">One program per processor.</param>
internal sealed class Machine(int variables, IReadOnlyList<Program> programs)
{
    private const int StoresHeld = 4;
    private const int ProcessorSize = 1 + Processor.Registers + 1 + 2 * StoresHeld;

    /// <summary>What an execution ends with in which nobody can go on though somebody is not done.</summary>
    public const string Stuck = "nobody can go on";

    /// <summary>Runs every execution. Returns what went wrong in any, each with one execution that leads there, step by step.</summary>
    /// <param name="states">How many different states were reached.</param>
    public IReadOnlyDictionary<string, string> FindViolations(out int states)
    {
        var violations = new Dictionary<string, string>();
        var start = new byte[variables + programs.Count * ProcessorSize];
        var cameFrom = new Dictionary<string, (string? State, string Step)> { [Key(start)] = (null, "start") };
        var open = new Stack<byte[]>([start]);
        while (open.TryPop(out var state))
        {
            var stuck = true;
            for (var number = 0; number < programs.Count; number++)
            {
                foreach (var (next, step, violation) in Next(state, number))
                {
                    stuck = false;
                    if (cameFrom.TryAdd(Key(next), (Key(state), step)))
                    {
                        open.Push(next);
                    }

                    if (violation is not null && !violations.ContainsKey(violation))
                    {
                        violations.Add(violation, Trace(cameFrom, Key(state)) + step);
                    }
                }
            }

            if (stuck && !violations.ContainsKey(Stuck) && Enumerable.Range(0, programs.Count).Any(number => !IsDone(state, number)))
            {
                violations.Add(Stuck, Trace(cameFrom, Key(state)));
            }
        }

        states = cameFrom.Count;
        return violations;
    }

    private bool IsDone(byte[] state, int number)
    {
        var at = state[Base(number)];
        return at == programs[number].Steps.Count || (at == 0 && programs[number].MayNeverBegin);
    }

    private IEnumerable<(byte[] State, string Step, string? Violation)> Next(byte[] state, int number)
    {
        var program = programs[number];
        var stores = Base(number) + 1 + Processor.Registers;
        if (state[stores] > 0)
        {
            var flushed = (byte[])state.Clone();
            flushed[flushed[stores + 1]] = flushed[stores + 2];
            flushed[stores]--;
            Array.Copy(state, stores + 3, flushed, stores + 1, 2 * StoresHeld - 2);
            flushed[stores + 2 * StoresHeld - 1] = flushed[stores + 2 * StoresHeld] = 0;
            yield return (flushed, $"{program.Name}: a store reaches memory", null);
        }

        var at = state[Base(number)];
        if (at < program.Steps.Count)
        {
            var after = (byte[])state.Clone();
            after[Base(number)]++;
            var processor = new Processor(after, Base(number), Base, StoresHeld, program);
            program.Steps[at].Do(processor);
            if (!processor.IsBlocked)
            {
                yield return (after, $"{program.Name}: {program.Steps[at].Name}", processor.Violation);
            }
        }
    }

    private int Base(int number) => variables + number * ProcessorSize;

    private static string Key(byte[] state) => Encoding.Latin1.GetString(state);

    private static string Trace(Dictionary<string, (string? State, string Step)> cameFrom, string state)
    {
        var steps = new Stack<string>();
        for (string? at = state; at is not null; at = cameFrom[at].State)
        {
            steps.Push(cameFrom[at].Step + Environment.NewLine);
        }

        return string.Concat(steps);
    }
}
