namespace Theseus.Samples.RateLimiter;

/// <summary>
/// The clients, in stripes with a lock each, and on demand the names of those that change. Thread-safe.
/// </summary>
internal sealed class ClientTable
{
    // A copy holds one stripe's lock at a time: with a million clients, about two thousand entries.
    private const int Stripes = 512;

    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, Stripes).Select(_ => new Stripe())];

    public void Set(string name, Client state)
    {
        var stripe = StripeOf(name);
        lock (stripe.Lock)
        {
            stripe.Clients[name] = state;
        }
    }

    /// <summary>Changes a client under its lock.</summary>
    /// <param name="name">The client's name.</param>
    /// <param name="change">From its state, the default if it is new, to what it shall be; null to leave it.</param>
    public void Update(string name, Func<Client, Client?> change)
    {
        var stripe = StripeOf(name);
        lock (stripe.Lock)
        {
            if (change(stripe.Clients.GetValueOrDefault(name)) is { } state)
            {
                stripe.Clients[name] = state;
                stripe.Changed?.Add(name);
            }
        }
    }

    public long Sum(Func<Client, long> value)
    {
        long sum = 0;
        foreach (var stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                sum += stripe.Clients.Values.Sum(value);
            }
        }

        return sum;
    }

    /// <summary>A copy of all clients, each as it was at some moment of the call.</summary>
    public KeyValuePair<string, Client>[] ToArray()
    {
        var all = new List<KeyValuePair<string, Client>>();
        foreach (var stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                all.AddRange(stripe.Clients);
            }
        }

        return [.. all];
    }

    public void BeginNoting()
    {
        foreach (var stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                stripe.Changed = new(StringComparer.Ordinal);
            }
        }
    }

    /// <summary>The clients that changed since the last time, as they are now.</summary>
    public KeyValuePair<string, Client>[] TakeChanges()
    {
        var changes = new List<KeyValuePair<string, Client>>();
        foreach (var stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                foreach (var name in stripe.Changed ?? [])
                {
                    changes.Add(new(name, stripe.Clients[name]));
                }

                stripe.Changed?.Clear();
            }
        }

        return [.. changes];
    }

    public void EndNoting()
    {
        foreach (var stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                stripe.Changed = null;
            }
        }
    }

    private Stripe StripeOf(string name) => _stripes[(uint)string.GetHashCode(name, StringComparison.Ordinal) % Stripes];

    private sealed class Stripe
    {
        public readonly Lock Lock = new();
        public readonly Dictionary<string, Client> Clients = new(StringComparer.Ordinal);
        public HashSet<string>? Changed;
    }
}
