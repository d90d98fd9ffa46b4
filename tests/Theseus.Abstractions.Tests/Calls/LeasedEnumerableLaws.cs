using System.Runtime.CompilerServices;
using Xunit;

namespace Theseus.Calls;

public sealed class LeasedEnumerableLaws
{
    private static readonly ContractMethod s_method = new(0, "Count()", IsIdempotent: false, IsSynchronous: false);
    private readonly GenerationLeases _generation = new(new object(), methods: 1);
    private readonly TestSlot _slot;
    private Exception? _failure;
    private CancellationToken _token;

    public LeasedEnumerableLaws() => _slot = new TestSlot(_generation);

    [Fact]
    public async Task ASequenceThatIsNeverEnumeratedHoldsNothing()
    {
        _ = Sync();
        _ = Async();
        Assert.Empty(_slot.Calls);

        await foreach (var _ in Async())
        {
            Assert.Equal(1, _generation.InFlight);
        }

        Assert.Single(_slot.Calls);
    }

    [Fact]
    public async Task TheLeaseLivesUntilTheEnd()
    {
        var items = new List<int>();
        foreach (var item in Sync())
        {
            Assert.Equal(1, _generation.InFlight);
            items.Add(item);
        }

        Assert.Equal(0, _generation.InFlight);
        await foreach (var item in Async())
        {
            Assert.Equal(1, _generation.InFlight);
            items.Add(item);
        }

        Assert.Equal([1, 2, 3, 1, 2, 3], items);
        Assert.Equal(0, _generation.InFlight);
        Assert.All(_slot.Calls, call => Assert.True(call is { Succeeded: true, Ends: 1, Failures.Count: 0 }));
    }

    [Fact]
    public async Task AStreamOutlivesTwoSwaps()
    {
        await using var stream = Async().GetAsyncEnumerator();
        Assert.True(await stream.MoveNextAsync());
        _slot.Publish(new GenerationLeases(new object(), 1));
        var drain = _generation.DrainAsync();
        Assert.True(await stream.MoveNextAsync());
        _slot.Publish(new GenerationLeases(new object(), 1));
        Assert.True(await stream.MoveNextAsync());
        Assert.False(drain.IsCompleted);

        Assert.False(await stream.MoveNextAsync());
        Assert.True(drain.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task BreakingOffEndsTheLeaseAndIsNeitherSuccessNorFailure()
    {
        foreach (var _ in Sync())
        {
            break;
        }

        await foreach (var _ in Async())
        {
            break;
        }

        Assert.Equal(0, _generation.InFlight);
        Assert.All(_slot.Calls, call => Assert.True(call is { Succeeded: false, Ends: 1, Failures.Count: 0 }));
    }

    [Fact]
    public void AForgottenEnumerationIsCollectedAndItsLeaseEnds()
    {
        Forget();
        Assert.Equal(2, _generation.InFlight);
        for (var time = 0; time < 2; time++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(0, _generation.InFlight);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Forget()
        {
            Sync().GetEnumerator().MoveNext();
            Assert.True(Async().GetAsyncEnumerator().MoveNextAsync().IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task AFailureIsCountedOnceAndReachesTheCaller()
    {
        _failure = new InvalidOperationException();
        Assert.Same(_failure, Assert.Throws<InvalidOperationException>(() => Sync().Count()));
        Assert.Same(_failure, await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var _ in Async())
            {
            }
        }));

        Assert.Equal(2, _slot.Calls.Count);
        Assert.All(_slot.Calls, call =>
        {
            Assert.Same(_failure, Assert.Single(call.Failures));
            Assert.True(call is { Succeeded: false, Ends: 1 });
        });
    }

    [Theory]
    [InlineData(nameof(IEnumerable<>.GetEnumerator))]
    [InlineData(nameof(IEnumerator<>.Current))]
    [InlineData(nameof(IDisposable.Dispose))]
    public void AFailureAnywhereInTheComponentsSequenceCounts(string where)
    {
        Assert.Throws<NotSupportedException>(() => LeasedEnumerable.Sync(_slot, s_method, default, _ => new Broken(where)).Count());
        var call = Assert.Single(_slot.Calls);
        Assert.Single(call.Failures);
        Assert.True(call is { Succeeded: false, Ends: 1 });
    }

    [Fact]
    public async Task EachTokenGoesWhereItWasGiven()
    {
        using var ofCall = new CancellationTokenSource();
        using var ofEnumeration = new CancellationTokenSource();
        var enumerationToken = CancellationToken.None;
        var sequence = LeasedEnumerable.Async(_slot, s_method, default, (_, token) =>
        {
            _token = token;
            return Items(seen => enumerationToken = seen);
        }, ofCall.Token);
        await foreach (var _ in sequence.WithCancellation(ofEnumeration.Token))
        {
        }

        Assert.Equal(ofCall.Token, _token);
        Assert.Equal(ofEnumeration.Token, enumerationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EitherTokenEndsTheWaitForAGeneration(bool ofCall)
    {
        using var cancelled = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        cancelled.Cancel();
        var sequence = LeasedEnumerable.Async(_slot, s_method, default, (_, _) => Items(_ => { }), ofCall ? cancelled.Token : other.Token);
        await using var enumerator = sequence.GetAsyncEnumerator(ofCall ? other.Token : cancelled.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => enumerator.MoveNextAsync().AsTask());
        Assert.Empty(_slot.Calls);
    }

    private IEnumerable<int> Sync() => LeasedEnumerable.Sync(_slot, s_method, default, instance =>
    {
        Assert.Same(_generation.Instance, instance);
        return Numbers();
    });

    private IAsyncEnumerable<int> Async() => LeasedEnumerable.Async(_slot, s_method, default, (_, _) => Items(_ => { }), CancellationToken.None);

    private IEnumerable<int> Numbers()
    {
        yield return 1;
        yield return 2;
        yield return _failure is null ? 3 : throw _failure;
    }

    private async IAsyncEnumerable<int> Items(Action<CancellationToken> seen, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        seen(cancellationToken);
        foreach (var number in Numbers())
        {
            await Task.CompletedTask;
            yield return number;
        }
    }

    private sealed class Broken(string where) : IEnumerable<int>, IEnumerator<int>
    {
        private int _left = 1;

        public int Current => Fail(nameof(Current), 5);

        object System.Collections.IEnumerator.Current => Current;

        public IEnumerator<int> GetEnumerator() => Fail<IEnumerator<int>>(nameof(GetEnumerator), this);

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        public bool MoveNext() => _left-- > 0;

        public void Reset() => throw new InvalidOperationException();

        public void Dispose() => Fail(nameof(Dispose), 0);

        private T Fail<T>(string here, T value) => here == where ? throw new NotSupportedException() : value;
    }
}
