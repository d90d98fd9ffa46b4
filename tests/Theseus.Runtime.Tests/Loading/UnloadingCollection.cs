namespace Theseus.Runtime.Tests.Loading;

/// <summary>Tests that watch the collector, or that let this process be stopped, run alone.</summary>
[CollectionDefinition(nameof(UnloadingCollection), DisableParallelization = true)]
public sealed class UnloadingCollection;
