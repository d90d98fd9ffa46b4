using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Runtime.Loading;

namespace Theseus.Runtime.Tests.Loading;

/// <summary>What a test's host gives to its components, and what it hears of them.</summary>
internal sealed class Surroundings
{
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    public ConfigurationManager Configuration { get; } = new();

    public ConcurrentQueue<(string Name, Exception Fault)> Faults { get; } = new();

    /// <summary>Released once for each fault, when it is among the <see cref="Faults"/>.</summary>
    public SemaphoreSlim FaultTold { get; } = new(0);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public object? SharedState { get; init; }

    public ComponentSurroundings ToComponent() => new(
        NullLoggerFactory.Instance,
        Configuration.GetSection("Settings"),
        new Dictionary<string, string>(),
        Time,
        SharedState,
        (name, fault) =>
        {
            Faults.Enqueue((name, fault));
            FaultTold.Release();
        });

    public static CancellationToken Deadline() => new CancellationTokenSource(Patience, TimeProvider.System).Token;
}
