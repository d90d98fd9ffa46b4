using System.Globalization;

namespace Theseus.Control.Upgrades;

/// <summary>Makes a strategy's typed parameters from names and texts, as the command line and the API give them. All faults are told at once.</summary>
public static class ParameterReader
{
    private delegate bool Setter(StrategyParameters before, string text, out StrategyParameters after);

    private static readonly IReadOnlyDictionary<string, (Setter Set, string Form)> s_common = new Dictionary<string, (Setter, string)>(StringComparer.OrdinalIgnoreCase)
    {
        ["observe"] = Of<TimeSpan>(Time, (p, v) => p with { Observe = v }, "a time like 30s, 5m or 00:05:00"),
        ["minimumCalls"] = Of<long>(Whole, (p, v) => p with { MinimumCalls = v }, "a whole number from 0"),
        ["whenInconclusive"] = Of<InconclusiveWave>(Name, (p, v) => p with { WhenInconclusive = v }, "Pause, GoOn or RollBack"),
        ["prepareDeadline"] = Of<TimeSpan>(Time, (p, v) => p with { PrepareDeadline = v }, "a time like 30s, 5m or 00:05:00"),
        ["activateDeadline"] = Of<TimeSpan>(Time, (p, v) => p with { ActivateDeadline = v }, "a time like 30s, 5m or 00:05:00"),
        ["settleDeadline"] = Of<TimeSpan>(Time, (p, v) => p with { SettleDeadline = v }, "a time like 30s, 5m or 00:05:00"),
        ["retireDeadline"] = Of<TimeSpan>(Time, (p, v) => p with { RetireDeadline = v }, "a time like 30s, 5m or 00:05:00"),
        ["lostNodes"] = Of<Amount>(AmountOrNone, (p, v) => p with { LostNodes = v }, "a number of nodes like 0 or 3, or a share of them like 25%"),
        ["shadowFraction"] = Of<double>(Share, (p, v) => p with { ShadowFraction = v }, "a share like 0.1 or 10%"),
    };

    private static readonly IReadOnlyDictionary<string, (Setter Set, string Form)> s_judging = new Dictionary<string, (Setter, string)>(StringComparer.OrdinalIgnoreCase)
    {
        ["falseAlarms"] = OfJudging<double>(Share, (j, v) => j with { FalseAlarms = v }, "a share like 0.01 or 1%"),
        ["falsePasses"] = OfJudging<double>(Share, (j, v) => j with { FalsePasses = v }, "a share like 0.01 or 1%"),
        ["warmUp"] = OfJudging<TimeSpan>(Time, (j, v) => j with { WarmUp = v }, "a time like 2s or 00:00:02"),
        ["worseFailures"] = OfJudging<double>(Share, (j, v) => j with { WorseFailures = v }, "a share like 0.005 or 0.5%"),
        ["worseMedian"] = OfJudging<double>(Number, (j, v) => j with { WorseMedian = v }, "a number above 1 like 1.1"),
        ["worseP95"] = OfJudging<double>(Number, (j, v) => j with { WorseP95 = v }, "a number above 1 like 1.25"),
        ["worseP99"] = OfJudging<double>(Number, (j, v) => j with { WorseP99 = v }, "a number above 1 like 1.5"),
        ["worseLatencyBy"] = OfJudging<TimeSpan>(Time, (j, v) => j with { WorseLatencyBy = v }, "a time like 1ms or 0.001ms"),
        ["limitFailures"] = OfJudging<double>(Share, (j, v) => j with { LimitFailures = v }, "a share like 0.01 or 1%"),
        ["limitMedian"] = OfJudging<TimeSpan>(Time, (j, v) => j with { LimitMedian = v }, "a time like 20ms or 1s"),
        ["limitP95"] = OfJudging<TimeSpan>(Time, (j, v) => j with { LimitP95 = v }, "a time like 20ms or 1s"),
        ["limitP99"] = OfJudging<TimeSpan>(Time, (j, v) => j with { LimitP99 = v }, "a time like 20ms or 1s"),
        ["mustSeeFailures"] = OfJudging<double>(Share, (j, v) => j with { MustSeeFailures = v }, "a share like 0.01 or 1%"),
        ["mustSeeTimes"] = OfJudging<double>(Number, (j, v) => j with { MustSeeTimes = v }, "a number above 1 like 1.5"),
        ["extendFor"] = OfJudging<TimeSpan>(Time, (j, v) => j with { ExtendFor = v }, "a time like 30s, 5m or 00:05:00"),
        ["passEarlyAfter"] = OfJudging<TimeSpan>(Time, (j, v) => j with { PassEarlyAfter = v }, "a time like 30s, 5m or 00:05:00"),
    };

    /// <summary>What a metric that waves are judged by is called after, as a parameter: <c>metric.cpu</c>.</summary>
    private const string Metric = "metric.";

    private static readonly IReadOnlyDictionary<UpgradeStrategy, IReadOnlyDictionary<string, (Setter Set, string Form)>> s_own =
        new Dictionary<UpgradeStrategy, IReadOnlyDictionary<string, (Setter, string)>>
        {
            [UpgradeStrategy.Immediate] = new Dictionary<string, (Setter, string)>(),
            [UpgradeStrategy.Rolling] = new Dictionary<string, (Setter, string)>(StringComparer.OrdinalIgnoreCase)
            {
                ["batch"] = Of<Amount>(Amount.TryParse, (p, v) => (RollingParameters)p with { Batch = v }, "a number of nodes like 3, or a share of them like 25%"),
                ["byFailureDomain"] = Of<bool>(bool.TryParse, (p, v) => (RollingParameters)p with { ByFailureDomain = v }, "true or false"),
            },
            [UpgradeStrategy.BlueGreen] = new Dictionary<string, (Setter, string)>(StringComparer.OrdinalIgnoreCase)
            {
                ["warmFor"] = Of<TimeSpan>(Time, (p, v) => (BlueGreenParameters)p with { WarmFor = v }, "a time like 30s, 5m or 00:05:00"),
            },
            [UpgradeStrategy.Canary] = new Dictionary<string, (Setter, string)>(StringComparer.OrdinalIgnoreCase)
            {
                ["nodes"] = Of<Amount>(Amount.TryParse, (p, v) => (CanaryParameters)p with { Nodes = v }, "a number of nodes like 3, or a share of them like 25%"),
                ["share"] = Of<double>(Share, (p, v) => (CanaryParameters)p with { Share = v }, "a share like 0.1 or 10%"),
            },
            [UpgradeStrategy.Gradual] = new Dictionary<string, (Setter, string)>(StringComparer.OrdinalIgnoreCase)
            {
                ["steps"] = Of<IReadOnlyList<double>>(Shares, (p, v) => (GradualParameters)p with { Steps = v }, "shares with commas between, like 1%,10%,50%,100%"),
            },
        };

    private delegate bool Parse<T>(string text, out T value);

    /// <summary>The parameters that a strategy takes when none are given.</summary>
    public static StrategyParameters Default(UpgradeStrategy strategy) => strategy switch
    {
        UpgradeStrategy.Immediate => new ImmediateParameters(),
        UpgradeStrategy.Rolling => new RollingParameters(),
        UpgradeStrategy.BlueGreen => new BlueGreenParameters(),
        UpgradeStrategy.Canary => new CanaryParameters(),
        UpgradeStrategy.Gradual => new GradualParameters(),
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "No such strategy."),
    };

    /// <summary>The names that a strategy's parameters have.</summary>
    public static IReadOnlyList<string> NamesOf(UpgradeStrategy strategy) => [.. s_own[strategy].Keys, .. s_common.Keys, .. s_judging.Keys];

    /// <summary>Reads.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <param name="values">Names and values; case does not matter in names.</param>
    /// <param name="faults">All that is wrong, each with what to write instead; empty when the result counts.</param>
    public static StrategyParameters Read(UpgradeStrategy strategy, IReadOnlyDictionary<string, string> values, out IReadOnlyList<string> faults)
    {
        ArgumentNullException.ThrowIfNull(values);
        var found = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var parameters = Default(strategy);
        foreach (var (name, text) in values.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if (!s_own[strategy].TryGetValue(name, out var parameter) && !s_common.TryGetValue(name, out parameter) && !TryFindJudging(name, out parameter))
            {
                found.Add($"The strategy {strategy} has no parameter '{name}'. It has: {string.Join(", ", NamesOf(strategy))}, {Metric}NAME.");
            }
            else if (!seen.Add(name))
            {
                found.Add($"'{name}' is given twice, for case does not matter; give it once.");
            }
            else if (text is not null && parameter.Set(parameters, text, out var changed))
            {
                parameters = changed;
            }
            else
            {
                found.Add($"'{text}' is no value for '{name}'; write {parameter.Form}.");
            }
        }

        found.AddRange(ParameterRules.Faults(parameters));
        faults = found;
        return parameters;
    }

    /// <summary>Reads by what waves are judged, alone: to judge by other parameters what was judged before.</summary>
    /// <param name="judging">What holds where nothing is said.</param>
    /// <param name="values">Names and values; case does not matter in names.</param>
    /// <param name="faults">All that is wrong, each with what to write instead; empty when the result counts.</param>
    public static WaveJudging ReadJudging(WaveJudging judging, IReadOnlyDictionary<string, string> values, out IReadOnlyList<string> faults)
    {
        ArgumentNullException.ThrowIfNull(judging);
        ArgumentNullException.ThrowIfNull(values);
        var found = new List<string>();
        StrategyParameters parameters = new ImmediateParameters { Judging = judging };
        foreach (var (name, text) in values.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if (!TryFindJudging(name, out var parameter))
            {
                found.Add($"'{name}' does not say by what waves are judged. What does: {string.Join(", ", s_judging.Keys)}, {Metric}NAME.");
            }
            else if (parameter.Set(parameters, text, out var changed))
            {
                parameters = changed;
            }
            else
            {
                found.Add($"'{text}' is no value for '{name}'; write {parameter.Form}.");
            }
        }

        found.AddRange(ParameterRules.Faults(parameters));
        faults = found;
        return parameters.Judging;
    }

    private static (Setter, string) Of<T>(Parse<T> parse, Func<StrategyParameters, T, StrategyParameters> set, string form) => (
        (StrategyParameters before, string text, out StrategyParameters after) =>
        {
            var isRead = parse(text, out var value);
            after = isRead ? set(before, value) : before;
            return isRead;
        },
        form);

    private static (Setter, string) OfJudging<T>(Parse<T> parse, Func<WaveJudging, T, WaveJudging> set, string form) =>
        Of<T>(parse, (parameters, value) => parameters with { Judging = set(parameters.Judging, value) }, form);

    private static bool TryFindJudging(string name, out (Setter Set, string Form) parameter)
    {
        if (!name.StartsWith(Metric, StringComparison.OrdinalIgnoreCase))
        {
            return s_judging.TryGetValue(name, out parameter);
        }

        var called = name[Metric.Length..];
        parameter = OfJudging<JudgedMetric?>(
            (string text, out JudgedMetric? value) => MetricSpec.TryParse(called, text, out value),
            (judging, metric) => judging with { Metrics = [.. (judging.Metrics ?? []).Where(one => one.Name != called), metric!] },
            MetricSpec.Form);
        return true;
    }

    private static bool Number(string text, out double value) => double.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);

    private static bool Time(string text, out TimeSpan time)
    {
        text = text.Trim();
        var unit = text.Length > 0 ? text[^1] : ' ';
        var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (seconds == 0)
        {
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out time) && time >= TimeSpan.Zero && text.Contains(':', StringComparison.Ordinal);
        }

        var digits = text[..^1];
        var perUnit = digits.EndsWith('m') && unit == 's' ? 0.001 : seconds;
        digits = perUnit < 1 ? digits[..^1] : digits;
        var isNumber = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * perUnit < 3e7;
        time = isNumber ? TimeSpan.FromSeconds(number * perUnit) : default;
        return isNumber;
    }

    private static bool AmountOrNone(string text, out Amount amount) => Amount.TryParse(text, out amount) || text.Trim() is "0" or "0%";

    private static bool Whole(string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>A name alone: numbers, and several names at once, are no values of these.</summary>
    private static bool Name<T>(string text, out T value) where T : struct, Enum =>
        Enum.TryParse(text, ignoreCase: true, out value) && Enum.GetNames<T>().Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);

    private static bool Share(string text, out double share)
    {
        text = text.Trim();
        var isPercent = text.EndsWith('%');
        var isNumber = double.TryParse(isPercent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share);
        share = isPercent ? share / 100 : share;
        return isNumber;
    }

    private static bool Shares(string text, out IReadOnlyList<double> shares)
    {
        var read = new List<double>();
        shares = read;
        foreach (var one in text.Split(','))
        {
            if (!Share(one, out var share))
            {
                return false;
            }

            read.Add(share);
        }

        return true;
    }
}
