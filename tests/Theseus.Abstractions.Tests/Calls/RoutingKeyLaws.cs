using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Theseus.Calls;

public sealed class RoutingKeyLaws
{
    [Theory]
    [InlineData("", "efd01f60ba992926")]
    [InlineData("tenant-1", "27a4a8c6e79b9950")]
    [InlineData("Zürich", "edc816016b2c42e7")]
    public void AKeyIsTheSameInEveryProcess(string text, string hash) =>
        Assert.Equal($"RoutingKey {{ {hash} }}", RoutingKey.From(text).ToString());

    [Fact]
    public void AValuesKeyIsThatOfItsCultureFreeText()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            // A culture whose minus is another character, made by hand: cultures may not be installed.
            var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            culture.NumberFormat.NegativeSign = "−";
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(RoutingKey.From("-17"), RoutingKey.From(-17));
            Assert.Equal(RoutingKey.From("1.5"), RoutingKey.From(1.5));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void EqualTextsHaveEqualKeysAndDifferentOnesDifferentKeys() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), ArbMap.Default.ArbFor<NonNull<string>>(), (one, other) =>
        {
            Assert.Equal(RoutingKey.From(one.Get), RoutingKey.From(new string(one.Get.AsSpan())));
            Assert.Equal(one.Get == other.Get, RoutingKey.From(one.Get) == RoutingKey.From(other.Get));
            Assert.True(RoutingKey.From(one.Get).HasValue);
        }));

    [Fact]
    public void NoValueIsNoKey()
    {
        Assert.False(RoutingKey.From<string?>(null).HasValue);
        Assert.False(RoutingKey.From<int?>(null).HasValue);
        Assert.Equal(default, RoutingKey.From<object?>(null));
        Assert.Equal("RoutingKey { none }", default(RoutingKey).ToString());
    }

    [Fact]
    public async Task TheAmbientKeyIsThatOfTheFlow()
    {
        RoutingKey.Current = RoutingKey.From("outer");
        await Task.Run(() =>
        {
            Assert.Equal(RoutingKey.From("outer"), RoutingKey.Current);
            RoutingKey.Current = RoutingKey.From("inner");
        });
        Assert.Equal(RoutingKey.From("outer"), RoutingKey.Current);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(1UL << 63)]
    [InlineData(0xdeadbeefUL)]
    public void PositionsAreEvenlySpread(ulong salt)
    {
        // Consecutive numbers: the hardest to spread, and what keys mostly are.
        const int Keys = 100_000;
        var counts = new int[100];
        for (var key = 0; key < Keys; key++)
        {
            counts[(int)(RoutingKey.From($"user-{key}").Position(salt) * counts.Length)]++;
        }

        AssertEven(counts, Keys);
    }

    [Theory]
    [InlineData(0UL, 1UL)]
    [InlineData(0UL, 1UL << 63)]
    [InlineData(7UL, 7UL ^ 1UL << 31)]
    [InlineData(0x1234UL, 0xffff_ffff_ffff_edcbUL)]
    public void SplitsWithDifferentSaltsAreIndependent(ulong salt, ulong other)
    {
        const int Keys = 100_000;
        const int Side = 10;
        var counts = new int[Side * Side];
        for (var number = 0; number < Keys; number++)
        {
            var key = RoutingKey.From(number);
            counts[(int)(key.Position(salt) * Side) * Side + (int)(key.Position(other) * Side)]++;
        }

        AssertEven(counts, Keys);
    }

    // Chi-square with 99 degrees of freedom: a truly even spread exceeds 148.2 once in a thousand. The keys are fixed,
    // so that the outcome is, too.
    private static void AssertEven(int[] counts, int total)
    {
        Assert.Equal(100, counts.Length);
        var expected = total / (double)counts.Length;
        Assert.InRange(counts.Sum(count => (count - expected) * (count - expected) / expected), 0, 148.2);
    }
}
