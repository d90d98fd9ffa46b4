namespace Theseus.Benchmarks.Calls;

/// <summary>The contract whose calls are measured: it does next to nothing, so that what is measured is the call.</summary>
[Contract]
public interface ICalculator
{
    int Add(int left, int right);

    ValueTask<int> AddAtOnceAsync(int left, int right);

    Task<int> AddAtOnceTaskAsync(int left, int right);

    /// <summary>Completes when <see cref="Calculator.Complete"/> is called.</summary>
    ValueTask<int> AddLaterAsync(int left, int right);

    /// <summary>Completes when <see cref="Calculator.CompleteTask"/> is called.</summary>
    Task<int> AddLaterTaskAsync(int left, int right);
}
