namespace Theseus.Control.Monitoring;

/// <summary>A value at a moment.</summary>
/// <param name="At">When it was looked at.</param>
/// <param name="Value">The value, to seven digits.</param>
public readonly record struct MetricPoint(DateTimeOffset At, double Value);

/// <summary>
/// The newest looks at a fleet, as series. Bounded: so many series of so many looks; of one look all series share the moment.
/// One that had no value for as long as is kept is forgotten. Thread-safe.
/// </summary>
internal sealed class SeriesStore(int kept, int mostSeries)
{
    private readonly Lock _lock = new();
    private readonly DateTimeOffset[] _moments = new DateTimeOffset[kept];
    private readonly Dictionary<SeriesId, Series> _series = [];
    private long _looks;

    /// <summary>How many values came that were not taken, since there were too many series.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Takes one look in.</summary>
    public void Add(DateTimeOffset at, IEnumerable<(SeriesId Series, double Value)> values)
    {
        lock (_lock)
        {
            var place = (int)(_looks % kept);
            _moments[place] = at;
            foreach (var series in _series.Values)
            {
                series.Values[place] = float.NaN;
            }

            foreach (var (id, value) in values)
            {
                if (!_series.TryGetValue(id, out var series))
                {
                    if (_series.Count >= mostSeries)
                    {
                        LeftOut++;
                        continue;
                    }

                    _series.Add(id, series = new Series(kept));
                }

                series.Values[place] = (float)value;
                series.Last = _looks;
            }

            _looks++;
            foreach (var gone in _series.Where(one => _looks - one.Value.Last > kept).Select(one => one.Key).ToList())
            {
                _series.Remove(gone);
            }
        }
    }

    /// <summary>The subjects that a metric has series of, by name.</summary>
    public IReadOnlyList<string> SubjectsOf(string metric)
    {
        lock (_lock)
        {
            return [.. _series.Keys.Where(id => id.Metric == metric).Select(id => id.Subject).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>What the last look saw of a metric, by subject.</summary>
    public IReadOnlyList<(string Subject, double Value)> Last(string metric)
    {
        lock (_lock)
        {
            return [.. _series.Where(one => one.Key.Metric == metric && one.Value.Last == _looks - 1).Select(one => (one.Key.Subject, (double)one.Value.Values[(int)(one.Value.Last % kept)]))];
        }
    }

    /// <summary>Whether there is a series.</summary>
    public bool Has(SeriesId id)
    {
        lock (_lock)
        {
            return _series.ContainsKey(id);
        }
    }

    /// <summary>What a series was from a moment on, the oldest first; looks without a value are left out.</summary>
    public IReadOnlyList<MetricPoint> Read(SeriesId id, DateTimeOffset from)
    {
        lock (_lock)
        {
            if (!_series.TryGetValue(id, out var series))
            {
                return [];
            }

            var points = new List<MetricPoint>();
            for (var look = Math.Max(0, _looks - kept); look < _looks; look++)
            {
                var place = (int)(look % kept);
                if (_moments[place] >= from && !float.IsNaN(series.Values[place]))
                {
                    points.Add(new MetricPoint(_moments[place], series.Values[place]));
                }
            }

            return points;
        }
    }

    private sealed class Series
    {
        public Series(int kept)
        {
            Values = new float[kept];
            Array.Fill(Values, float.NaN);
        }

        public float[] Values { get; }

        public long Last { get; set; }
    }
}
