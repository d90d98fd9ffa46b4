using System.Globalization;
using System.Text.Json.Serialization;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Analysis;

/// <summary>A metric's value on both sides at one time. Immutable.</summary>
/// <param name="Candidate">On the candidate's side.</param>
/// <param name="Baseline">On the baseline's; null where there is none to compare with.</param>
public sealed record SeriesPair(double Candidate, double? Baseline)
{
    /// <summary>Whether both are numbers.</summary>
    [JsonIgnore]
    public bool IsFinite => double.IsFinite(Candidate) && (Baseline is not { } baseline || double.IsFinite(baseline));
}

/// <summary>
/// Compares a metric of the two sides in stretches of time, one after another. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// Metrics are no calls: there are few values, each is much like the one before, of a distribution that nobody knows. So all
/// that is looked at of a stretch is whether the candidate's mean was worse than the baseline's by more than what matters: a
/// coin. If the release is no worse than that, heads never has more than one half, and <see cref="CoinCapital"/> bounds the
/// chance that it ever looks so. No other assumption is made but that stretches are long enough (<see cref="StretchLength"/>)
/// for one not to tell of the next.
/// </para>
/// <para>A limit is the same with the candidate's mean beside the limit. That it is as good, the same with the coin turned over.</para>
/// </remarks>
internal sealed class SeriesComparison
{
    private readonly JudgedMetric _metric;
    private readonly double _error;
    private readonly double _passError;
    private double? _apartBefore;
    private readonly List<SeriesPair> _stretch = [];
    private readonly Coin _worse = new();
    private readonly Coin _broken = new();
    private double? _only;
    private bool _moves;

    /// <summary>Begins.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="error">The chance that it is ever wrongly held to be worse, or its limit to be broken.</param>
    /// <param name="passError">The chance that a difference that matters is ever taken for none.</param>
    public SeriesComparison(JudgedMetric metric, double error, double passError) => (_metric, _error, _passError) = (metric, ErrorOf(metric, error), passError);

    /// <summary>What of a metric's chance of being wrong each of its coins has: a limit and a comparison have each a half, which are the whole together, whatever hangs on what (Boole's inequality).</summary>
    public static double ErrorOf(JudgedMetric metric, double error) => metric.Limit is null ? error : error / 2;

    /// <summary>How many values make a stretch.</summary>
    public int Length { get; private set; } = StretchLength.Unknown;

    /// <summary>How many values came.</summary>
    public long Values { get; private set; }

    /// <summary>How many values came that are no number, or none of which there can be.</summary>
    public long Odd { get; set; }

    /// <summary>Why there was no value last, in words; empty where there was one.</summary>
    public string Fault { get; set; } = "";

    /// <summary>The last full stretch: the mean of both sides; null before there was one.</summary>
    public SeriesPair? Last { get; private set; }

    /// <summary>Takes in the values of one more moment.</summary>
    public void Add(SeriesPair pair)
    {
        if (!pair.IsFinite)
        {
            Odd++;
            return;
        }

        Values++;
        _moves |= _only is { } only && (pair.Candidate != only || (pair.Baseline ?? only) != only);
        _only ??= pair.Candidate;
        if (_stretch.Count > 0 && _stretch[0].Baseline is null != pair.Baseline is null)
        {
            _stretch.Clear();
        }

        _stretch.Add(pair);
        if (_stretch.Count < Length)
        {
            return;
        }

        Last = Mean(_stretch);
        _stretch.Clear();
        if (Last.Baseline is not null)
        {
            _worse.Toss(Apart(Last));
        }

        if (_metric.Limit is { } limit)
        {
            _broken.Toss(_metric.Worse == MetricWorse.Lower ? limit - Last.Candidate : Last.Candidate - limit);
        }
    }

    /// <summary>Says that the sides are others from here on: another wave, other nodes. What is shown so far stays.</summary>
    /// <param name="before">What it was on the two sides' nodes before, the oldest first; empty where that is not known.</param>
    public void Begin(IReadOnlyList<SeriesPair> before)
    {
        _stretch.Clear();
        var pairs = before.Where(pair => pair is { Baseline: not null, IsFinite: true }).ToList();
        Length = StretchLength.Of([.. pairs.Select(pair => pair.Candidate - pair.Baseline!.Value)]);
        var apart = pairs.Chunk(Length).Where(batch => batch.Length == Length).Select(batch => Apart(Mean(batch))).Order().ToList();
        _apartBefore = apart.Count < 2 ? null : apart[apart.Count / 2];
    }

    /// <summary>How the candidate stands.</summary>
    /// <param name="isCompared">Whether there is a baseline that it can be compared with.</param>
    public ComparedMetric Compare(bool isCompared)
    {
        var (capital, limitCapital) = (_worse.Capital, _broken.Capital);
        var (isWorse, isBroken) = (capital >= 1 / _error, limitCapital >= 1 / _error);
        var fewest = CoinCapital.Fewest(_error);
        var tosses = Math.Min(isCompared ? _worse.Tosses : long.MaxValue, _metric.Limit is null ? long.MaxValue : _broken.Tosses);
        var isWanting = tosses < fewest;
        var standing = isBroken ? MetricStanding.LimitBroken
            : isWorse ? _apartBefore > 0 ? MetricStanding.DifferedBefore : MetricStanding.Worse
            : !isCompared && _metric.Limit is null ? MetricStanding.NotCompared
            : !_moves && !_metric.MayStandStill && Values > 0 ? MetricStanding.StandsStill
            : isWanting ? MetricStanding.TooLittle
            : isCompared && _worse.Reverse < 1 / _passError ? MetricStanding.Open
            : MetricStanding.AsGood;
        return new ComparedMetric(_metric.Name, standing, Math.Min(double.MaxValue, Math.Max(capital, limitCapital)), 1 / _error)
        {
            Then = _metric.Then,
            Candidate = Last?.Candidate,
            Baseline = Last?.Baseline,
            Stretches = isCompared ? _worse.Tosses : _broken.Tosses,
            WorseStretches = isBroken || !isCompared ? _broken.Heads : _worse.Heads,
            StretchLength = Length,
            Why = Why(standing, fewest),
        };
    }

    private string Why(MetricStanding standing, int fewest)
    {
        var odd = Odd > 0 ? string.Create(CultureInfo.InvariantCulture, $" {Odd} values were no numbers.") : "";
        var last = Last is null ? "" : string.Create(CultureInfo.InvariantCulture, $" Last {Last.Candidate:G4}{(Last.Baseline is { } baseline ? string.Create(CultureInfo.InvariantCulture, $" beside {baseline:G4}") : "")}.");
        return string.Create(CultureInfo.InvariantCulture, $"{_metric.Name}: ") + standing switch
        {
            MetricStanding.LimitBroken => string.Create(CultureInfo.InvariantCulture, $"past its limit of {_metric.Limit:G4} in {_broken.Heads} of {_broken.Tosses} stretches."),
            MetricStanding.Worse => string.Create(CultureInfo.InvariantCulture, $"worse than the baseline by more than {_metric.By:0.##%} in {_worse.Heads} of {_worse.Tosses} stretches."),
            MetricStanding.DifferedBefore => string.Create(CultureInfo.InvariantCulture, $"worse in {_worse.Heads} of {_worse.Tosses} stretches, and so it was before these nodes had the release."),
            MetricStanding.StandsStill => string.Create(CultureInfo.InvariantCulture, $"all {Values} values are the same, {_only:G4}; say 'still ok' where that is usual."),
            MetricStanding.TooLittle when Values == 0 => "no value came.",
            MetricStanding.TooLittle => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(_worse.Tosses, _broken.Tosses)} stretches of {Length} values; {fewest} are the fewest that could show anything."),
            MetricStanding.NotCompared => "there is nothing beside it to compare it with.",
            MetricStanding.AsGood => string.Create(CultureInfo.InvariantCulture, $"shown to be no worse than matters, in {_worse.Tosses - _worse.Heads} of {_worse.Tosses} stretches."),
            _ => string.Create(CultureInfo.InvariantCulture, $"worse in {_worse.Heads} of {_worse.Tosses} stretches; that shows nothing."),
        } + last + odd + (Fault.Length > 0 ? $" {Fault}" : "");
    }

    /// <summary>By how much the candidate is worse beyond what matters; 0 or less for not.</summary>
    private double Apart(SeriesPair mean)
    {
        var (candidate, baseline) = (mean.Candidate, mean.Baseline!.Value);
        var margin = Math.Max(_metric.By * Math.Abs(baseline), _metric.From);
        return _metric.Worse switch
        {
            MetricWorse.Higher => candidate - baseline - margin,
            MetricWorse.Lower => baseline - candidate - margin,
            _ => Math.Abs(candidate - baseline) - margin,
        };
    }

    private static SeriesPair Mean(IReadOnlyCollection<SeriesPair> pairs) => new(pairs.Average(pair => pair.Candidate), pairs.Average(pair => pair.Baseline));

    /// <summary>A coin that was tossed: heads for worse by more than what matters.</summary>
    private sealed class Coin
    {
        public long Heads { get; private set; }

        public long Tosses { get; private set; }

        public double Capital => CoinCapital.Of(Heads, Tosses);

        /// <summary>The capital of who bets against it.</summary>
        public double Reverse => CoinCapital.Of(Tosses - Heads, Tosses);

        public void Toss(double apart)
        {
            Tosses++;
            Heads += apart > 0 ? 1 : 0;
        }
    }
}
