using System.Globalization;
using Xunit.Sdk;

namespace Theseus.Simulation.Tests.Members;

/// <summary>
/// Upgrades among nodes that die, stay away, come back, join, leave, are drained and removed, and whose names are claimed
/// twice. A failing seed is run again alone by setting THESEUS_SEED to it.
/// </summary>
public sealed class MemberLaws
{
    private const int Seeds = 300;

    private static int? Alone => Environment.GetEnvironmentVariable("THESEUS_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    [Fact]
    public void WhoeverComesAndGoesEveryUpgradeEndsByItsRuleAndWhoIsThereBecomesWhatItShouldBe()
    {
        var events = new HashSet<string>();
        foreach (var seed in Alone is { } one ? [one] : Enumerable.Range(1, Seeds))
        {
            using var world = new MemberWorld(seed);
            try
            {
                world.Run();
                events.UnionWith(world.Events);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}\n{string.Join('\n', world.Course.TakeLast(80))}", failure);
            }
        }

        if (Alone is null)
        {
            string[] tried = ["joined", "died", "died during an upgrade", "came back", "came back behind", "claimed twice", "drained", "removed", "Completed", "Completed without some", "Failed", "RolledBack", "RolledBack without some", "RollbackFailed without some"];
            Assert.Empty(tried.Except(events));
        }
    }

    [Fact]
    public void WrongClocksOfNodesChangeNothing()
    {
        foreach (var seed in Alone is { } one ? [one] : Enumerable.Range(1, Seeds / 10))
        {
            Assert.Equal(Course(seed, areClocksSkewed: false), Course(seed, areClocksSkewed: true));
        }

        static List<string> Course(int seed, bool areClocksSkewed)
        {
            using var world = new MemberWorld(seed, areClocksSkewed);
            world.Run();
            return world.Course;
        }
    }

    /// <summary>A frozen control: where the older process is not kept out, the same worlds break the law.</summary>
    [Fact]
    public void AMembershipThatDoesNotKeepTheOlderProcessOutBreaksIt() => Assert.True(IsBroken(seed => new MemberWorld(seed, isUnfenced: true)));

    /// <summary>A frozen control: where nobody remembers which nodes an upgrade ended without, some of them stay what they were.</summary>
    [Fact]
    public void AConvergenceThatForgetsWhoWasLeftOutBreaksIt() => Assert.True(IsBroken(seed => new MemberWorld(seed, forgetsLeftOut: true)));

    private static bool IsBroken(Func<int, MemberWorld> make) => Enumerable.Range(1, Seeds).Any(seed =>
    {
        using var world = make(seed);
        try
        {
            world.Run();
            return false;
        }
        catch (XunitException)
        {
            return true;
        }
    });
}
