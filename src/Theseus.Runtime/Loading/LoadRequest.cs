using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Theseus.Packaging;

namespace Theseus.Runtime.Loading;

/// <summary>What the host gives to a generation.</summary>
/// <param name="LoggerFactory">The host's; never disposed by a generation.</param>
/// <param name="Settings">The component's own section.</param>
/// <param name="Overrides">Settings of the release, over those of the section.</param>
/// <param name="Time">The host's clock.</param>
/// <param name="SharedState">The shared state object; null if none is declared.</param>
/// <param name="OnBackgroundFault">
/// Told of a fault in background work: the work's name, and a <see cref="DetachedException"/>, which can be kept without
/// keeping the component's code. May be called on any thread.
/// </param>
internal sealed record ComponentSurroundings(
    ILoggerFactory LoggerFactory,
    IConfiguration Settings,
    IReadOnlyDictionary<string, string> Overrides,
    TimeProvider Time,
    object? SharedState,
    Action<string, Exception> OnBackgroundFault);

/// <summary>What to load.</summary>
/// <param name="Release">The release.</param>
/// <param name="Contract">The contract, as the host knows it.</param>
/// <param name="Collectible">Whether its code can be unloaded.</param>
/// <param name="Surroundings">What the host gives to it.</param>
internal sealed record LoadRequest(VerifiedRelease Release, Type Contract, bool Collectible, ComponentSurroundings Surroundings);
