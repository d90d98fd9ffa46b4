using NuGet.Versioning;

namespace Theseus.Control.Versions;

/// <summary>
/// Finds the way from one release to another through those in between: with the fewest steps, and among such ways the
/// one whose intermediates are the newest, compared from the first one on. Every step goes in the way's direction.
/// </summary>
internal sealed class PathFinder
{
    private readonly ReleaseTraits _from;
    private readonly ReleaseTraits _to;
    private readonly ComponentContract _contract;
    private readonly VersionOptions _options;
    private readonly Dictionary<(NuGetVersion, NuGetVersion), VersionStep> _judged = [];

    // In the way's direction, both ends included.
    private readonly List<ReleaseTraits> _stations;

    public PathFinder(IEnumerable<ReleaseTraits> known, ReleaseTraits from, ReleaseTraits to, ComponentContract contract, VersionOptions options)
    {
        (_from, _to, _contract, _options) = (from, to, contract, options);
        var (least, most) = from.Version < to.Version ? (from.Version, to.Version) : (to.Version, from.Version);
        var between = known.Where(one => one.Version > least && one.Version < most && MayBeGoneThrough(one.Version, options)).DistinctBy(one => one.Version).OrderBy(one => one.Version);
        _stations = [from, .. from.Version < to.Version ? between : between.Reverse(), to];
    }

    public static bool MayBeGoneThrough(NuGetVersion version, VersionOptions options) =>
        (options.IncludePrerelease || !version.IsPrerelease) && options.Leaves(version);

    public PathResult Find()
    {
        var stepsLeft = CountStepsLeft();
        if (stepsLeft[0] is null)
            return new(null, [.. Refused(stepsLeft)], []);
        var steps = new List<VersionStep>();
        for (var at = 0; at < _stations.Count - 1;)
        {
            var next = Enumerable.Range(at + 1, _stations.Count - at - 1)
                .Where(other => stepsLeft[other] == stepsLeft[at] - 1 && IsOpen(Judge(at, other)))
                .MaxBy(other => _stations[other].Version);
            steps.Add(Judge(at, next));
            at = next;
        }

        return new(new(_from.Version, _to.Version, steps), [], []);
    }

    // Stations only lead onwards, so each one's number is known once those behind it are.
    private int?[] CountStepsLeft()
    {
        var left = new int?[_stations.Count];
        left[^1] = 0;
        for (var at = _stations.Count - 2; at >= 0; at--)
        {
            for (var other = at + 1; other < _stations.Count; other++)
            {
                if (left[other] is { } rest && (left[at] is not { } best || rest + 1 < best) && IsOpen(Judge(at, other)))
                    left[at] = rest + 1;
            }
        }

        return left;
    }

    /// <summary>The steps that keep the search from getting on: from where it can get to, to where it cannot; all of them, so that any one mended would add a station.</summary>
    private IEnumerable<VersionStep> Refused(int?[] stepsLeft)
    {
        var reached = new bool[_stations.Count];
        reached[0] = true;
        for (var at = 0; at < _stations.Count; at++)
        {
            for (var other = at + 1; reached[at] && other < _stations.Count; other++)
                reached[other] |= IsOpen(Judge(at, other));
        }

        return
            from at in Enumerable.Range(0, _stations.Count)
            where reached[at] && stepsLeft[at] is null
            from other in Enumerable.Range(at + 1, _stations.Count - at - 1)
            let step = Judge(at, other)
            where !IsOpen(step)
            select step;
    }

    private bool IsOpen(VersionStep step) => step.IsAllowed && (!_options.OnlyReversible || step.IsReversible);

    private VersionStep Judge(int from, int to)
    {
        var key = (_stations[from].Version, _stations[to].Version);
        if (!_judged.TryGetValue(key, out var step))
            _judged[key] = step = StepJudge.Judge(_stations[from], _stations[to], _contract, _options);
        return step;
    }
}
