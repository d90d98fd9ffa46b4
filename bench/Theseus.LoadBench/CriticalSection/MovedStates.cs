using System.Globalization;
using Theseus.Samples;

namespace Theseus.LoadBench.CriticalSection;

/// <summary>A rate limiter whose state of about 100 MB moves from release to release.</summary>
internal static class MovedStates
{
    public const int Clients = 1_000_000;

    private const int KeyLength = 87;

    // Paced callers make so many calls about once in a millisecond.
    private const int CallsAtOnce = 5;

    public static async Task<Held> RunAsync(BenchRun run, string first, string second, int clients, bool saturated)
    {
        await using var host = await BenchHost.StartAsync(
            theseus => theseus.AddComponent<IRateLimiter>("rate-limiter", BenchHost.From(first)),
            new()
            {
                ["Theseus:Components:rate-limiter:Settings:Limit"] = int.MaxValue.ToString(CultureInfo.InvariantCulture),
                ["Theseus:Components:rate-limiter:Settings:PrefillClients"] = clients.ToString(CultureInfo.InvariantCulture),
                ["Theseus:Components:rate-limiter:Settings:PrefillKeyLength"] = KeyLength.ToString(CultureInfo.InvariantCulture),
            });
        var limiter = host.Get<IRateLimiter>();
        var before = limiter.TotalGranted();
        await using var callers = saturated
            ? new Callers().Add(Environment.ProcessorCount, Taking)
            : new Callers().AddAsynchronous(Environment.ProcessorCount, number =>
            {
                var take = Taking(number);
                return async () =>
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
                    var allRight = true;
                    for (var i = 1; i < CallsAtOnce; i++)
                    {
                        allRight &= take();
                    }

                    return allRight & take();
                };
            });
        var callsPerAnswer = saturated ? 1 : CallsAtOnce;
        // A transfer of this size holds callers longer than a host by default allows.
        var options = BenchHost.WithoutTrial with { State = new() { MaximumHold = TimeSpan.FromSeconds(30) } };
        var results = await Held.SwapToAndFroAsync(run, host, "rate-limiter", [first, second], run.Count(10, 4), options, run.Time(60, 30), retiringAtOnce: 0);
        await callers.DisposeAsync();
        // Undoing a migration carries no changes: the way back is a transfer, whatever the way there is.
        var there = results.Where(one => one.To == second).ToList();
        var lost = callers.Started - callers.Answered + Math.Abs(before + (callers.Answered * callsPerAnswer) - limiter.TotalGranted());
        return new Held(
            $"{(saturated ? "callers without a pause" : "paced callers")}, {(first == "1.0.0" ? "transferred" : "caught-up")} state of {clients.ToString("N0", CultureInfo.InvariantCulture)} clients, {first} to {second}",
            new Quantiles(there.Select(one => one.CriticalSection.TotalMilliseconds)),
            (long)there.Average(one => one.StateBytes),
            callers.Answered * callsPerAnswer,
            lost);

        Func<bool> Taking(int number)
        {
            var random = new Random(number);
            return () => limiter.TryAcquire(Client(random.Next(clients) + 1), 1).Granted;
        }
    }

    private static string Client(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(KeyLength, '0');
}
