using System.Reflection;
using Castle.DynamicProxy;

namespace Theseus.Benchmarks.Calls;

/// <summary>What one would use instead, to replace an implementation while it is called.</summary>
internal static class Alternatives
{
    public static ICalculator DispatchProxy(ICalculator target)
    {
        var proxy = System.Reflection.DispatchProxy.Create<ICalculator, Forwarder>();
        ((Forwarder)(object)proxy).Target = target;
        return proxy;
    }

    public static ICalculator Castle(ICalculator target) =>
        new ProxyGenerator().CreateInterfaceProxyWithTarget(target, new Through());

    public class Forwarder : DispatchProxy
    {
        public ICalculator Target { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Invoke(Target, args);
    }

    private sealed class Through : IInterceptor
    {
        public void Intercept(IInvocation invocation) => invocation.Proceed();
    }
}

/// <summary>Reads the implementation from a volatile field: no drain, and so no safe replacement. What is left when leases cost nothing.</summary>
internal sealed class VolatileField(ICalculator target) : Replaceable
{
    private volatile ICalculator _target = target;

    public override int Add(int left, int right) => _target.Add(left, right);
}

/// <summary>Calls under a lock.</summary>
internal sealed class UnderLock(ICalculator target) : Replaceable
{
    private readonly Lock _lock = new();

    public override int Add(int left, int right)
    {
        lock (_lock)
        {
            return target.Add(left, right);
        }
    }
}

/// <summary>Calls under a reader lock.</summary>
internal sealed class UnderReaderLock(ICalculator target) : Replaceable
{
    private readonly ReaderWriterLockSlim _lock = new();

    public override int Add(int left, int right)
    {
        _lock.EnterReadLock();
        try
        {
            return target.Add(left, right);
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }
}

/// <summary>Counts the calls that are inside with interlocked operations.</summary>
internal sealed class InterlockedCount(ICalculator target) : Replaceable
{
    private volatile ICalculator _target = target;
    private long _inside;

    public override int Add(int left, int right)
    {
        Interlocked.Increment(ref _inside);
        try
        {
            return _target.Add(left, right);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }
}

/// <summary>Only synchronous calls are compared.</summary>
internal abstract class Replaceable : ICalculator
{
    public abstract int Add(int left, int right);

    public ValueTask<int> AddAtOnceAsync(int left, int right) => throw new NotSupportedException();

    public Task<int> AddAtOnceTaskAsync(int left, int right) => throw new NotSupportedException();

    public ValueTask<int> AddLaterAsync(int left, int right) => throw new NotSupportedException();

    public Task<int> AddLaterTaskAsync(int left, int right) => throw new NotSupportedException();
}
