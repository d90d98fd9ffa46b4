using System.Globalization;
using Theseus.Control.Distribution;

namespace Theseus.Simulation.Tests.Tasks;

/// <summary>
/// Tasks among lost, doubled, late and overtaking messages, killed, leaving and cut off nodes, killed control planes and
/// handlers that fail or hang. A failing seed is run again alone by setting THESEUS_SEED to it.
/// </summary>
public sealed class TaskLaws
{
    private const int Seeds = 200;

    [Fact]
    public void EveryTaskEndsOnceWhatIsCompletedWasCarriedOutAndNoProcessBeginsAnAttemptTwice()
    {
        var ends = new HashSet<TaskState>();
        var alone = Environment.GetEnvironmentVariable("THESEUS_SEED") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : (int?)null;
        foreach (var seed in alone is { } one ? [one] : Enumerable.Range(1, Seeds))
        {
            using var world = new TaskWorld(seed);
            try
            {
                world.Run();
                ends.UnionWith(world.Store.Tasks.Select(task => task.State));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}", failure);
            }
        }

        // The worlds are different enough to reach every end there is.
        if (alone is null)
        {
            Assert.Equal([TaskState.Completed, TaskState.DeadLetter, TaskState.Cancelled, TaskState.Expired], ends.Order());
        }
    }

    /// <summary>The frozen control: without the fence the same worlds break the law, so the law does test it.</summary>
    [Fact]
    public void ToAControlPlaneThatCountsAnyAttemptTasksAreCompletedThatWereNotCarriedOut() => Assert.True(IsBroken(seed => new TaskWorld(seed, forgetsFence: true)));

    /// <summary>The frozen control of nodes.</summary>
    [Fact]
    public void NodesThatForgetAttemptsBeginThemTwice() => Assert.True(IsBroken(seed => new TaskWorld(seed, forgetsAttempts: true)));

    private static bool IsBroken(Func<int, TaskWorld> make) => Enumerable.Range(1, Seeds).Any(seed =>
    {
        using var world = make(seed);
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
}
