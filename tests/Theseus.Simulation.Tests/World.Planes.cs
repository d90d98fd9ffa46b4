using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Upgrades;
using Theseus.Fleet;
using Theseus.Storage.Sqlite;

namespace Theseus.Simulation.Tests;

/// <content>The control planes: one, or several on one store.</content>
internal sealed partial class World
{
    private readonly SimulatedPlane[] _planes;

    /// <summary>How often an upgrade went over to another control plane.</summary>
    public int TakeOvers { get; private set; }

    private IEnumerable<SimulatedPlane> Awake => _planes.Where(plane => plane.Driven is not null && !plane.Clock.StandsStill);

    /// <summary>The one that an operator's call reaches.</summary>
    private DrivenUpgrades Driving => _planes.Length == 1 ? _planes[0].Driven! : Awake.ElementAt(_random.Next(Awake.Count())).Driven!;

    private void StartPlanes()
    {
        foreach (var plane in _planes)
        {
            Start(plane);
        }
    }

    private void Start(SimulatedPlane plane)
    {
        var leases = _planes.Length == 1 ? null : new HeldLeases(new SqliteDrivingLeases(_database, _time, areShared: true), plane.Name, plane.Clock);
        var driven = new DrivenUpgrades(_store, _network, new HealthJudge(), plane.Clock, NullLogger.Instance, leases)
        {
            OnChanged = upgrade => Course.Add($"{_time.GetUtcNow():HH:mm:ss} {plane.Name}: {upgrade.State} wave {upgrade.Wave} {upgrade.Phase} turn {upgrade.Turn} revision {upgrade.Revision} under {upgrade.DrivenUnder} {upgrade.Detail}"),
        };
        driven.OnToBeChecked = upgrade => Now(driven.PlanAsync(
            upgrade.Id,
            new Feasibility
            {
                Moves = _moves,
                Nodes = _moves.ToDictionary(move => move.Component, _ => (IReadOnlyList<PlannedNode>)[.. _nodes.Select(node => new PlannedNode(node.Name, node.Domain))]),
            },
            default).ContinueWith(_ => true, TaskContinuationOptions.ExecuteSynchronously));
        plane.Driven = driven;
        Now(driven.RecoverAsync(default).ContinueWith(_ => true, TaskContinuationOptions.ExecuteSynchronously));
    }

    private void FailPlanes(int second)
    {
        if (_planes.Length == 1)
        {
            if (_random.NextDouble() < _faults.ControlKilled)
            {
                Course.Add($"{second} s: the control plane is killed");
                Start(_planes[0]);
            }

            return;
        }

        foreach (var plane in _planes)
        {
            if (plane.Driven is null)
            {
                if (_random.Next(20) == 0)
                {
                    Course.Add($"{second} s: {plane.Name} starts");
                    Start(plane);
                }
            }
            else if (plane.Clock.StandsStill)
            {
                if (_random.Next(15) == 0)
                {
                    // It goes on in the middle of what it was doing, believing what it believed.
                    Course.Add($"{second} s: {plane.Name} goes on");
                    foreach (var report in plane.Waiting)
                    {
                        plane.Driven.Take(report);
                        Advance(plane);
                    }

                    plane.Waiting.Clear();
                    Advance(plane);
                    plane.Clock.StandsStill = false;
                }
            }
            else if (Awake.Count() > 1 && _random.NextDouble() < _faults.ControlKilled)
            {
                var isKilled = _random.Next(2) == 0;
                Course.Add($"{second} s: {plane.Name} {(isKilled ? "is killed" : "stands still")}");
                if (isKilled)
                {
                    plane.Driven = null;
                    plane.Waiting.Clear();
                }
                else
                {
                    plane.Clock.StandsStill = true;
                }
            }
        }
    }

    private void Order(string id, int second, string name, Func<UpgradeRecord, DateTimeOffset, Decision.Change> order)
    {
        try
        {
            Now(Driving.OrderAsync(id, "simulation", order, goesForward: false, default));
            Course.Add($"{second} s: {name}");
        }
        catch (UpgradeRefusedException)
        {
        }
    }

    /// <summary>A report reaches each control plane, or is lost with it.</summary>
    private void Hear(NodeReport report)
    {
        foreach (var plane in _planes.Where(plane => plane.Driven is not null).ToList())
        {
            if (plane.Clock.StandsStill)
            {
                plane.Waiting.Add(report);
                continue;
            }

            plane.Driven!.Take(report);
            Advance(plane);
        }
    }

    private void WakeAll()
    {
        foreach (var plane in Awake.ToList())
        {
            Advance(plane);
        }
    }

    /// <summary>Runs a control plane until it has nothing more to do now. Its parts complete at once in this world.</summary>
    private void Advance(SimulatedPlane plane)
    {
        // A node may answer at once, from within the control plane's own turn.
        if (plane.IsAdvancing)
        {
            return;
        }

        plane.IsAdvancing = true;
        var token = Now(_store.FindAsync("u1", default))?.DrivenUnder;
        Now(plane.Driven!.AdvanceAllAsync(default));
        plane.IsAdvancing = false;
        TakeOvers += token is > 0 && Now(_store.FindAsync("u1", default))!.DrivenUnder > token ? 1 : 0;
    }
}
