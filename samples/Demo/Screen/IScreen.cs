using Theseus.Demo.Acts;
using Theseus.Demo.Fleet;
using Theseus.Demo.Report;

namespace Theseus.Demo.Screen;

/// <summary>What the demo shows while it runs. Thread-safe.</summary>
internal interface IScreen
{
    /// <summary>The fleet is being started, which takes a while where its parts are processes.</summary>
    void FleetStarts(string parts);

    /// <summary>A part of the fleet that is a process of its own runs.</summary>
    void PartRuns(FleetPart part);

    void ServiceStarted(IReadOnlyList<Uri> nodes, int rate);

    void ActBegins(int number, Act act);

    void Measures(string when);

    void Step(string step, bool isEnd);

    void Load(long requests, long failed, long pending);

    void ActEnded(ActReport report);
}
