using Theseus.Demo.Acts;
using Theseus.Demo.Report;

namespace Theseus.Demo.Screen;

/// <summary>What the demo shows while it runs. Thread-safe.</summary>
internal interface IScreen
{
    void ServiceStarted(IReadOnlyList<Uri> nodes, int rate);

    void ActBegins(int number, Act act);

    void Measures(string when);

    void Step(string step, bool isEnd);

    void Load(long requests, long failed, long pending);

    void ActEnded(ActReport report);
}
