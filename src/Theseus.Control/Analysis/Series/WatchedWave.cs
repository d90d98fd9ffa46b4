using Theseus.Control.Upgrades;

namespace Theseus.Control.Analysis;

/// <summary>A wave whose metrics are read. Immutable.</summary>
/// <param name="Number">The wave, from 0.</param>
/// <param name="Sides">Its sides.</param>
/// <param name="Metrics">What is read.</param>
/// <param name="Since">When it began.</param>
/// <param name="WarmUp">How long its values do not count yet.</param>
internal sealed record WatchedWave(int Number, WaveSides Sides, IReadOnlyList<JudgedMetric> Metrics, DateTimeOffset Since, TimeSpan WarmUp);
