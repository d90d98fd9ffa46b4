using System.Globalization;

namespace Theseus.Simulation.Tests.Members;

/// <content>What befalls nodes.</content>
internal sealed partial class MemberWorld
{
    private const int MostNodes = 9;

    // All that were ever started; and of each name the newest, dead or alive.
    private readonly List<MemberProcess> _processes = [];
    private readonly SortedDictionary<string, MemberProcess> _newest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _returnsAt = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MemberProcess> _byIncarnation = new(StringComparer.Ordinal);
    private int _started;

    private void Join()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"node{_newest.Count}");
        Course.Add($"{Now} {name} joins");
        Start(name, new MemberDisk(s_first));
    }

    private void Start(string name, MemberDisk disk)
    {
        var skew = TimeSpan.FromMinutes((_skews.NextDouble() * 60) - 30);
        var clock = new SkewedClock(_time, _areClocksSkewed ? skew : TimeSpan.Zero);
        var process = new MemberProcess(name, string.Create(CultureInfo.InvariantCulture, $"p{++_started}"), disk, _random, clock, _faults, _network.Report);
        _processes.Add(process);
        _byIncarnation[process.Incarnation] = process;
        _newest[name] = process;
        _returnsAt.Remove(name);
        process.Report();
    }

    private void Trouble()
    {
        if (_newest.Count < MostNodes && Happens(0.002))
        {
            Events.Add("joined");
            Join();
        }

        if (Happens(0.002))
        {
            Course.Add($"{Now} the control plane is started anew");
            StartPlane();
        }

        foreach (var (name, process) in _newest.ToList())
        {
            if (!process.IsNode)
            {
                ComeBack(name, process);
            }
            else if (Happens(0.002))
            {
                Course.Add($"{Now} {name} {process.Incarnation} dies without a word");
                Events.Add(_upgrade is { IsOnNodes: true, HasEnded: false } ? "died during an upgrade" : "died");
                process.Kill();
                GoesAway(name);
            }
            else if (Happens(0.0005))
            {
                Course.Add($"{Now} {name} {process.Incarnation} says that it ends");
                process.End();
                GoesAway(name);
            }
            else if (Happens(0.001))
            {
                Course.Add($"{Now} a second process claims {name}, the first is {process.Incarnation}");
                Events.Add("claimed twice");
                process.IsDeaf = _random.Next(2) == 0;
                Start(name, new MemberDisk(s_first));
            }
            else if (Happens(0.001))
            {
                SetDraining(name, _members.Find(name) is { IsDraining: false });
            }
            else if (Happens(0.0004) && _members.Find(name) is not null)
            {
                Course.Add($"{Now} {name} is removed");
                Events.Add("removed");
                Remove(name);
                process.IsDeaf = _random.Next(2) == 0;
                if (_random.Next(2) == 0)
                {
                    // It is only told; or it is ended as well, and comes back as any that joins.
                    process.Kill();
                    GoesAway(name);
                }
            }
        }
    }

    private bool Happens(double chance) => _random.NextDouble() < chance * _trouble * 2;

    /// <summary>For seconds, through an upgrade or two, or to the end.</summary>
    private void GoesAway(string name) => _returnsAt[name] = _second + _random.Next(4) switch { 0 => _random.Next(1, 6), 1 => _random.Next(6, 60), 2 => _random.Next(60, 2000), _ => 100_000 };

    private void ComeBack(string name, MemberProcess before)
    {
        if (_returnsAt.TryGetValue(name, out var at) && at <= _second)
        {
            var isFresh = _random.Next(6) == 0;
            Course.Add($"{Now} {name} is back{(isFresh ? ", with an empty disk" : "")}");
            Events.Add(before.Disk.Has == _wanted ? "came back" : "came back behind");
            Start(name, isFresh ? new MemberDisk(s_first) : before.Disk);
        }
    }

    private void SetDraining(string name, bool isDraining)
    {
        if (_members.Find(name) is { } node && node.IsDraining != isDraining)
        {
            Course.Add($"{Now} {name} {(isDraining ? "is drained" : "is let in again")}");
            Events.Add("drained");
            Done(isDraining ? _members.DrainAsync(name, "simulation", "", default) : _members.UndrainAsync(name, "simulation", "", default));
        }
    }

    private void Remove(string name)
    {
        _fenced.Add(_members.Find(name)!.Incarnation);
        Done(_members.RemoveAsync(name, force: true, "simulation", "", default).ContinueWith(task => task.IsCompletedSuccessfully, TaskContinuationOptions.ExecuteSynchronously));
        if (_heard.Remove(name))
        {
            // Whoever follows the reports is told.
            TakeAccepted();
        }
    }

    /// <summary>Whoever was away comes back, and whoever drained does not any more; but for some.</summary>
    private void StartAll()
    {
        foreach (var (name, process) in _newest.ToList())
        {
            if (_random.Next(4) == 0)
            {
                continue;
            }

            if (!process.IsNode)
            {
                Course.Add($"{Now} {name} is back at last");
                Start(name, process.Disk);
            }

            SetDraining(name, false);
        }
    }
}
