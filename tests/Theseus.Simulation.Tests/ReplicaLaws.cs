using System.Globalization;

namespace Theseus.Simulation.Tests;

/// <summary>
/// Two or three control planes on one store, which are killed, and stopped and go on without knowing it, among all that
/// goes wrong elsewhere. A failing seed is run again alone by setting THESEUS_SEED to it; THESEUS_SEEDS runs more of them.
/// </summary>
public sealed class ReplicaLaws
{
    private static readonly int s_seeds = UpgradeLaws.SeedsOr(200);

    [Fact]
    public async Task WhoeverDrivesTheRecordSaysWhatEveryNodeServes()
    {
        var takeOvers = 0;
        var alone = Environment.GetEnvironmentVariable("THESEUS_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : (int?)null;
        await Parallel.ForEachAsync(alone is { } one ? [one] : Enumerable.Range(1, s_seeds), UpgradeLaws.TwoAtATime, async (seed, _) =>
        {
            using var world = new World(seed, isRough: seed % 4 == 0, planes: 2 + (seed % 2));
            try
            {
                world.Run();
                Assert.Empty((await world.VerifyAuditAsync()).Problems);
                Interlocked.Add(ref takeOvers, world.TakeOvers);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}\n{string.Join('\n', world.Course.TakeLast(60))}", failure);
            }
        });

        // Otherwise nothing of this was tried.
        Assert.True(alone is not null || takeOvers > s_seeds / 4, $"{takeOvers} upgrades went over to another.");
    }

    /// <summary>The frozen control: where the store lets anybody overwrite, the same worlds break the law.</summary>
    [Fact]
    public void ControlPlanesThatOverwriteEachOtherBreakIt()
    {
        var broken = Enumerable.Range(1, s_seeds).Any(seed =>
        {
            using var world = new World(seed, isRough: seed % 4 == 0, planes: 2 + (seed % 2), overwrites: true);
            try
            {
                world.Run();
                return false;
            }
            catch (Exception failure) when (failure is Xunit.Sdk.XunitException or InvalidOperationException)
            {
                return true;
            }
        });

        Assert.True(broken);
    }
}
