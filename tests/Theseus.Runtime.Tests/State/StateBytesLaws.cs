using FsCheck;
using FsCheck.Fluent;
using Theseus.Runtime.State;

namespace Theseus.Runtime.Tests.State;

public sealed class StateBytesLaws
{
    // Around the ends of segments, small and large, is where arithmetic goes wrong.
    private static readonly Gen<int> s_length = Gen.OneOf(
        Gen.Choose(0, 300),
        Gen.Elements(1 << 16, 1 << 20, 1 << 21).SelectMany(_ => Gen.Choose(-2, 2), static (edge, off) => edge + off));

    [Fact]
    public void WhatIsWrittenInAnyPiecesIsReadInAnyPieces() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(
            Gen.Choose(0, 5).SelectMany(static count => s_length.ListOf(count)).ToArbitrary(),
            Gen.Choose(1000, 3 << 19).ToArbitrary(),
            static (pieces, readLength) =>
            {
                using var bytes = new StateBytes(long.MaxValue);
                using var expected = new MemoryStream();
                var random = new Random(pieces.Count);
                using (var stream = bytes.OpenWrite())
                {
                    foreach (var length in pieces)
                    {
                        var piece = new byte[length];
                        random.NextBytes(piece);
                        stream.Write(piece);
                        expected.Write(piece);
                    }
                }

                Assert.Equal(expected.Length, bytes.Length);
                using var read = new MemoryStream();
                bytes.OpenRead().CopyTo(read, readLength);
                Assert.True(expected.ToArray().AsSpan().SequenceEqual(read.ToArray()));
            }));

    [Fact]
    public void TheFirstDifferenceIsFoundWhereverItIs() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(25), Prop.ForAll(s_length.ToArbitrary(), s_length.ToArbitrary(), static (length, place) =>
        {
            var content = new byte[length];
            new Random(length).NextBytes(content);
            using var one = Bytes(content);
            using var same = Bytes(content);
            Assert.Equal(-1, one.FirstDifference(same));

            using var longer = Bytes([.. content, 1]);
            Assert.Equal(length, one.FirstDifference(longer));
            Assert.Equal(length, longer.FirstDifference(one));

            if (place < length)
            {
                content[place] ^= 1;
                using var other = Bytes(content);
                Assert.Equal(place, one.FirstDifference(other));
            }
        }));

    [Fact]
    public void NothingIsWrittenPastTheLimitOrAfterTheEnd()
    {
        var bytes = new StateBytes(limit: 10);
        var stream = bytes.OpenWrite();
        stream.Write(new byte[10]);
        Assert.False(bytes.IsOverLimit);

        Assert.Throws<IOException>(() => stream.WriteByte(1));
        Assert.True(bytes.IsOverLimit);
        Assert.Equal(10, bytes.Length);

        bytes.Close();
        Assert.Throws<ObjectDisposedException>(() => stream.Write([]));
    }

    [Fact]
    public void AComponentThatClosesItsStreamsTakesNothingAway()
    {
        using var bytes = new StateBytes(limit: 100);
        using (var writer = new StreamWriter(bytes.OpenWrite()))
        {
            writer.Write("kept");
        }

        for (var reading = 0; reading < 2; reading++)
        {
            using var reader = new StreamReader(bytes.OpenRead());
            Assert.Equal("kept", reader.ReadToEnd());
        }
    }

    private static StateBytes Bytes(byte[] content)
    {
        var bytes = new StateBytes(long.MaxValue);
        bytes.OpenWrite().Write(content);
        return bytes;
    }
}
