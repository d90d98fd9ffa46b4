using System.Collections.Concurrent;
using System.Globalization;
using Theseus.Control.Upgrades;

namespace Theseus.Simulation.Tests;

/// <summary>
/// Upgrades among lost, doubled, late and overtaking messages, killed nodes, killed control planes, failing steps and
/// meddling operators. A failing seed is run again alone by setting THESEUS_SEED to it; THESEUS_SEEDS runs more of them.
/// </summary>
public sealed class UpgradeLaws
{
    private static readonly int s_seeds = SeedsOr(1_000);
    private const int RoughSeeds = 300;

    /// <summary>How many seeds are run: as many as THESEUS_SEEDS says.</summary>
    internal static int SeedsOr(int usual) => Environment.GetEnvironmentVariable("THESEUS_SEEDS") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;

    /// <summary>On the two cores that there are at least.</summary>
    internal static ParallelOptions TwoAtATime { get; } = new() { MaxDegreeOfParallelism = 2 };

    [Fact]
    public async Task WhateverGoesWrongTheRecordSaysWhatEveryNodeServes()
    {
        var ends = new ConcurrentDictionary<UpgradeState, int>();
        var alone = Environment.GetEnvironmentVariable("THESEUS_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : (int?)null;
        // Each world is its seed's alone, whatever runs beside it.
        await Parallel.ForEachAsync(alone is { } one ? [one] : Enumerable.Range(1, s_seeds), TwoAtATime, async (seed, _) =>
        {
            using var world = new World(seed);
            try
            {
                var ended = world.Run();
                ends.AddOrUpdate(ended.State, 1, (_, count) => count + 1);
                Assert.Empty((await world.VerifyAuditAsync()).Problems);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}\n{string.Join('\n', world.Course.TakeLast(40))}", failure);
            }
        });

        // The worlds are different enough to reach every end there is.
        if (alone is null)
        {
            Assert.Equal([UpgradeState.Completed, UpgradeState.Failed, UpgradeState.RolledBack, UpgradeState.RollbackFailed, UpgradeState.Cancelled], ends.Keys.Order());
        }
    }

    [Fact]
    public void InRoughWorldsTooNobodyObeysAnOldMessage()
    {
        Parallel.ForEach(Enumerable.Range(1, RoughSeeds), TwoAtATime, seed =>
        {
            using var world = new World(seed, isRough: true);
            try
            {
                world.Run();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Rough seed {seed}: {failure.Message}\n{string.Join('\n', world.Course.TakeLast(40))}", failure);
            }
        });
    }

    /// <summary>The frozen control: without this memory the same worlds break the law, so the law does test it.</summary>
    [Fact]
    public void NodesThatForgetTheirFenceObeyAnOldMessage()
    {
        var broken = Enumerable.Range(1, RoughSeeds).Any(seed =>
        {
            using var world = new World(seed, forgetsFences: true, isRough: true);
            try
            {
                world.Run();
                return false;
            }
            catch (Xunit.Sdk.XunitException)
            {
                return true;
            }
        });

        Assert.True(broken);
    }
}
