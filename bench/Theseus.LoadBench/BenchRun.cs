namespace Theseus.LoadBench;

/// <summary>How a bench is run.</summary>
/// <param name="Quick">Small, to see that it works; its figures mean nothing.</param>
internal sealed record BenchRun(bool Quick)
{
    /// <summary>Says on the terminal how far a bench is.</summary>
    public void Tell(string progress) => Console.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss}   {progress}");

    public int Count(int full, int quick) => Quick ? quick : full;

    public TimeSpan Time(double fullSeconds, double quickSeconds) => TimeSpan.FromSeconds(Quick ? quickSeconds : fullSeconds);
}
