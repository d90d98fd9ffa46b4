namespace Theseus.Demo.Acts;

/// <summary>The knobs of the demo.</summary>
/// <param name="Releases">The folder of release packages.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="Window">How long latency is measured before and after each upgrade, and how long a release is on trial.</param>
/// <param name="OverProcesses">Whether every part of the fleet is a process of its own, over PostgreSQL and RabbitMQ.</param>
internal sealed record DemoOptions(string Releases, int Rate, TimeSpan Window, bool OverProcesses = false);
