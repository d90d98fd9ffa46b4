using System.Globalization;

namespace Theseus.Control.Analysis;

/// <summary>How a candidate stands, as far as its calls tell.</summary>
internal enum Standing
{
    /// <summary>Nothing is shown yet.</summary>
    Open,

    /// <summary>It is worse, by as much as matters.</summary>
    Worse,

    /// <summary>It is shown to be as good, but for differences that do not matter.</summary>
    AsGood,
}

/// <summary>How a candidate stands and why. Immutable.</summary>
/// <param name="Standing">How.</param>
/// <param name="Why">What was looked at and what it said, in words.</param>
internal sealed record CallsVerdict(Standing Standing, string Why)
{
    /// <summary>The method that speaks loudest against it; null where nothing is compared.</summary>
    public MethodAnalysis? Leading { get; init; }
}

/// <summary>
/// Compares all methods of a component on the candidate with those on the baseline, with one capital for the whole upgrade:
/// it may be looked at as often as one likes, over all waves. Not thread-safe.
/// </summary>
internal sealed class CallsAnalysis
{
    // What is kept for methods that nobody called before.
    private const double ForOthers = 0.1;

    private readonly Dictionary<string, MethodAnalysis> _methods = new(StringComparer.Ordinal);
    private readonly Margins _margins;
    private readonly double _error;
    private readonly double _falsePasses;
    private int _others;

    /// <summary>Begins.</summary>
    /// <param name="before">What the stable version's calls were like before, by method. The capital is divided among these.</param>
    /// <param name="margins">What matters.</param>
    /// <param name="falseAlarms">The chance that versions that are the same are ever told apart; above 0 and below 1.</param>
    /// <param name="falsePasses">The chance that a difference that matters is ever taken for none; above 0 and below 1.</param>
    public CallsAnalysis(IReadOnlyDictionary<string, SideCalls> before, Margins margins, double falseAlarms, double falsePasses)
    {
        (_margins, _error, _falsePasses) = (margins, falseAlarms, falsePasses);
        foreach (var (name, calls) in before)
        {
            Begin(name, StakeOf(before.Count)).Learn(calls);
        }
    }

    /// <summary>What part of the capital is on each of so many methods that were called before.</summary>
    public static double StakeOf(int methods) => (1 - ForOthers) / methods;

    /// <summary>The capital of all methods, and what is kept for others. 1 in the beginning; <c>1 / falseAlarms</c> is proof.</summary>
    public double Capital => 1 - _methods.Values.Sum(one => one.Stake) + _methods.Values.Sum(one => one.Capital);

    /// <summary>All methods that were called, before or since.</summary>
    public IReadOnlyCollection<MethodAnalysis> Methods => _methods.Values;

    /// <summary>Takes in the calls of one more stretch of time, the same one on both sides.</summary>
    /// <param name="method">The method.</param>
    /// <param name="candidate">The candidate's calls.</param>
    /// <param name="baseline">The baseline's.</param>
    public void Add(string method, SideCalls candidate, SideCalls baseline)
    {
        // The stakes of any number of methods that turn up later add up to what is kept for them, and none depends on calls.
        var known = _methods.GetValueOrDefault(method) ?? Begin(method, ForOthers / (++_others * (_others + 1.0)));
        known.Add(candidate, baseline);
    }

    /// <summary>Says that the calls are split otherwise from here on: another wave, another share, other nodes. The capital stays.</summary>
    public void Cut()
    {
        foreach (var method in _methods.Values)
        {
            method.Cut();
        }
    }

    /// <summary>How the candidate stands now.</summary>
    public CallsVerdict Judge()
    {
        var seen = _methods.Values.Where(one => one.Candidate.Calls + one.Baseline.Calls > 0).ToList();
        if (seen.All(one => one.Candidate.Calls == 0))
        {
            return new(Standing.Open, "The candidate took no calls.");
        }

        if (seen.All(one => one.Baseline.Calls == 0))
        {
            return new(Standing.Open, "Nothing was called beside it that it could be compared with.");
        }

        var capital = Capital;
        var each = _falsePasses / seen.Count;
        var leading = seen.MaxBy(one => one.Capital)!;
        var differences = leading.Differences(_margins, each);
        if (capital >= 1 / _error)
        {
            var so = $"{leading}: it {leading.Harm}. {Text(differences)} {Said(capital)}";
            return leading.IsHarmLarge(differences, _margins)
                ? new(Standing.Worse, so) { Leading = leading }
                : new(Standing.Open, $"{so} That is shown, and smaller than what matters.");
        }

        var open = seen.Select(one => (Method: one, Differences: one.Differences(_margins, each))).FirstOrDefault(one => one.Differences.Any(difference => !difference.IsShownSmall));
        return open.Method is null
            ? new(Standing.AsGood, $"Every difference is shown to be smaller than what matters. {leading}: {Text(differences)} {Said(capital)}")
            : new(Standing.Open, $"{open.Method}: {Text(open.Differences)} {Said(capital)}");
    }

    private MethodAnalysis Begin(string name, double stake) => _methods[name] = new MethodAnalysis(name, stake);

    private static string Text(IEnumerable<Difference> differences) => $"{string.Join("; ", differences)}.";

    private string Said(double capital) => string.Create(CultureInfo.InvariantCulture, $"Capital {(capital < 1e6 ? capital.ToString("0.##", CultureInfo.InvariantCulture) : "over a million")}; {1 / _error:0.##} is proof that it is worse.");
}
