using System.Globalization;
using Theseus.Control.Upgrades;

namespace Theseus.Simulation.Tests;

/// <summary>
/// Upgrades among lost, doubled, late and overtaking messages, killed nodes, killed control planes, failing steps and
/// meddling operators. A failing seed is run again alone by setting THESEUS_SEED to it.
/// </summary>
public sealed class UpgradeLaws
{
    private const int Seeds = 2_000;
    private const int RoughSeeds = 300;

    [Fact]
    public async Task WhateverGoesWrongTheRecordSaysWhatEveryNodeServes()
    {
        var ends = new Dictionary<UpgradeState, int>();
        var alone = Environment.GetEnvironmentVariable("THESEUS_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : (int?)null;
        foreach (var seed in alone is { } one ? [one] : Enumerable.Range(1, Seeds))
        {
            using var world = new World(seed);
            try
            {
                var ended = world.Run();
                ends[ended.State] = ends.GetValueOrDefault(ended.State) + 1;
                Assert.Empty((await world.VerifyAuditAsync()).Problems);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}\n{string.Join('\n', world.Course.TakeLast(40))}", failure);
            }
        }

        // The worlds are different enough to reach every end there is.
        if (alone is null)
        {
            Assert.Equal([UpgradeState.Completed, UpgradeState.Failed, UpgradeState.RolledBack, UpgradeState.RollbackFailed, UpgradeState.Cancelled], ends.Keys.Order());
        }
    }

    [Fact]
    public void InRoughWorldsTooNobodyObeysAnOldMessage()
    {
        foreach (var seed in Enumerable.Range(1, RoughSeeds))
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
        }
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
