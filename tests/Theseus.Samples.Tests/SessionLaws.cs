using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Theseus.Samples.Tests;

public sealed class SessionLaws
{
    private static readonly SampleRelease s_old = new("Sessions.1.0.0");
    private static readonly SampleRelease s_new = new("Sessions.2.0.0");

    [Fact]
    public void ASuccessorGoesOnCountingInTheTableItIsGiven()
    {
        var table = new SessionTable();
        var before = s_old.Construct<ISessionCounter>(sharedState: table);
        Assert.Equal(1, before.Visit("ada"));
        Assert.Equal(2, before.Visit("ada"));

        var after = s_new.Construct<ISessionCounter>(sharedState: table);

        Assert.Equal(3, after.Visit("ada"));
        Assert.Equal(1, after.Visit("bob"));
        Assert.Equal(4, before.TotalVisits());
        Assert.Equal(4, after.TotalVisits());
    }

    [Fact]
    public void BothReleasesFindTheSameBusiestSessions()
    {
        var visits = Gen.Elements("ada", "bob", "cyd", "dee", "eve").ArrayOf();
        Prop.ForAll(visits.ToArbitrary(), Gen.Choose(-1, 6).ToArbitrary(), (sessions, count) =>
        {
            var table = new SessionTable();
            foreach (var session in sessions)
            {
                table.Add(session);
            }

            return s_old.Construct<ISessionCounter>(sharedState: table).Busiest(count)
                .SequenceEqual(s_new.Construct<ISessionCounter>(sharedState: table).Busiest(count));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("Sessions.1.0.0")]
    [InlineData("Sessions.2.0.0")]
    public void TheBusiestComeFirstAndEqualsInOrdinalOrder(string release)
    {
        var table = new SessionTable();
        foreach (var session in (string[])["b", "c", "c", "a", "d", "d", "d"])
        {
            table.Add(session);
        }

        Assert.Equal(["d", "c", "a"], new SampleRelease(release).Construct<ISessionCounter>(sharedState: table).Busiest(3));
    }
}
