using FsCheck;
using FsCheck.Fluent;
using Theseus.Testing;
using Xunit;

namespace Theseus.Samples.Tests;

public sealed class StateLaws
{
    private static readonly SampleRelease s_one = new("RateLimiter.1.0.0");
    private static readonly SampleRelease s_oneDotOne = new("RateLimiter.1.1.0");
    private static readonly SampleRelease s_two = new("RateLimiter.2.0.0");
    private static readonly IReversibleStateMigration s_migration = s_two.Migration<IReversibleStateMigration>();

    // Few clients, one of them with a name that is long in UTF-8; small limits, so that some calls are refused.
    private static readonly Arbitrary<Call[]> s_calls = (
        from client in Gen.Elements("ada", "bob", "cyd", new string('ö', 100))
        from permits in Gen.Choose(1, 6)
        from seconds in Gen.Choose(0, 7)
        select new Call(client, permits, seconds)).ArrayOf().ToArbitrary();

    [Fact]
    public void MigratingAStateAndUndoingItGivesTheSameBytes()
    {
        Prop.ForAll(s_calls, calls =>
        {
            var state = With(s_one, new(), calls).Export();
            return s_migration.Undo(s_migration.Migrate(state)).SequenceEqual(state);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void BothReleasesOfSchemaOneWriteTheSameBytes()
    {
        Prop.ForAll(s_calls, calls =>
            With(s_one, new(), calls).Export().SequenceEqual(With(s_oneDotOne, new(), calls).Export()))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void AReleaseExportsWhatItImported()
    {
        Prop.ForAll(s_calls, calls =>
        {
            var state = With(s_one, new(), calls).Export();
            var migrated = s_migration.Migrate(state);
            return Imported(s_one, state).Export().SequenceEqual(state)
                && Imported(s_oneDotOne, state).Export().SequenceEqual(state)
                && Imported(s_two, migrated).Export().SequenceEqual(migrated);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void NoCountIsLostOnTheWayThereAndOnTheWayBackWithCallsOnBothSides()
    {
        Prop.ForAll(s_calls, s_calls, s_calls, (first, second, third) =>
        {
            var time = new ManualTimeProvider();
            var expected = new Dictionary<string, long>(StringComparer.Ordinal);
            var one = Make(s_one, time);
            Play(one, time, first, expected);
            var two = Make(s_two, time);
            two.Import(s_migration.Migrate(one.Export()));
            Play(two, time, second, expected);
            var back = Make(s_one, time);
            back.Import(s_migration.Undo(two.Export()));
            Play(back, time, third, expected);
            return Same(expected, back.Snapshot()) && back.TotalGranted() == expected.Values.Sum();
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void WhatAClientUsedInItsWindowIsNotGivenTwiceByTheSuccessor()
    {
        var time = new ManualTimeProvider();
        var one = Make(s_one, time);
        one.TryAcquire("ada", 7);

        var two = Make(s_two, time);
        two.Import(s_migration.Migrate(one.Export()));

        Assert.False(two.TryAcquire("ada", 2).Granted);
        Assert.True(two.TryAcquire("ada", 1).Granted);
    }

    [Fact]
    public void ACopyWithAllChangesSinceIsTheState()
    {
        Prop.ForAll(s_calls, s_calls, s_calls, (before, during, last) =>
        {
            var time = new ManualTimeProvider();
            var source = Make(s_oneDotOne, time);
            Play(source, time, before, []);
            var copy = source.BeginCopy();
            Play(source, time, during, []);
            var round1 = source.ExportChanges();
            Play(source, time, last, []);
            var round2 = source.ExportChanges();
            ((ICatchUpState)source).EndCopyAsync().AsTask().GetAwaiter().GetResult();

            var same = Imported(s_oneDotOne, copy);
            Apply(same, round1, changes => changes);
            Apply(same, round2, changes => changes);
            // Twice, as when a change is both in the copy and among the changes.
            Apply(same, round2, changes => changes);

            var changeMigration = (IChangeMigration)s_migration;
            var migrated = Imported(s_two, s_migration.Migrate(copy));
            Apply(migrated, round1, changeMigration.MigrateChanges);
            Apply(migrated, round2, changeMigration.MigrateChanges);

            return same.Export().SequenceEqual(source.Export()) && Same(source.Snapshot(), migrated.Snapshot());
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("RateLimiter.1.1.0")]
    [InlineData("RateLimiter.2.0.0")]
    public void TheLastRoundIsAsSmallAsTheChangesHoweverLargeTheState(string release)
    {
        var time = new ManualTimeProvider();
        var limiter = Make(new SampleRelease(release), time);
        for (var i = 0; i < 20_000; i++)
        {
            limiter.TryAcquire($"client {i}", 1);
        }

        Assert.True(limiter.BeginCopy().Length > 400_000);
        limiter.TryAcquire("client 7", 2);
        limiter.TryAcquire("client 7", 1);
        limiter.TryAcquire("client 9", 2);

        Assert.InRange(limiter.ExportChanges().Length, 1, 100);
        Assert.Empty(limiter.ExportChanges());
    }

    [Fact]
    public async Task CallsThatRunDuringACopyAreInTheCopyOrAmongTheChanges()
    {
        var source = s_oneDotOne.Construct<IRateLimiter>(settings: new() { ["Limit"] = "1000000000", ["PrefillClients"] = "20000" });
        var target = s_oneDotOne.Construct<IRateLimiter>();
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var callers = Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                source.TryAcquire($"client {(i * 7 + caller) % 500}", 1);
                started.TrySetResult();
            }
        })));
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30));

        target.Import(source.BeginCopy());
        for (var round = 0; round < 20; round++)
        {
            Apply(target, source.ExportChanges(), changes => changes);
        }

        await stop.CancelAsync();
        await callers.WaitAsync(TimeSpan.FromSeconds(30));
        Apply(target, source.ExportChanges(), changes => changes);

        Assert.Equal(source.Export(), target.Export());
    }

    private static IRateLimiter Make(SampleRelease release, ManualTimeProvider time) =>
        release.Construct<IRateLimiter>(time, new() { ["Limit"] = "8", ["WindowSeconds"] = "10" });

    private static IRateLimiter Imported(SampleRelease release, byte[] state)
    {
        var limiter = Make(release, new());
        limiter.Import(state);
        return limiter;
    }

    private static IRateLimiter With(SampleRelease release, ManualTimeProvider time, Call[] calls)
    {
        var limiter = Make(release, time);
        Play(limiter, time, calls, []);
        return limiter;
    }

    private static void Play(IRateLimiter limiter, ManualTimeProvider time, Call[] calls, Dictionary<string, long> granted)
    {
        foreach (var (client, permits, seconds) in calls)
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            if (limiter.TryAcquire(client, permits).Granted)
            {
                granted[client] = granted.GetValueOrDefault(client) + permits;
            }
        }
    }

    private static void Apply(IRateLimiter target, byte[] changes, Func<byte[], byte[]> migrate)
    {
        if (changes.Length > 0)
        {
            target.ApplyChanges(migrate(changes));
        }
    }

    private static bool Same(IReadOnlyDictionary<string, long> left, IReadOnlyDictionary<string, long> right) =>
        left.OrderBy(entry => entry.Key, StringComparer.Ordinal).SequenceEqual(right.OrderBy(entry => entry.Key, StringComparer.Ordinal));

    private sealed record Call(string Client, int Permits, int Seconds);
}
