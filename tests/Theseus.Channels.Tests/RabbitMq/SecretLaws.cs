using System.Diagnostics.Tracing;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Theseus.Fleet;
using Theseus.RabbitMq;

namespace Theseus.Channels.Tests.RabbitMq;

/// <summary>A password stands nowhere but where it was put.</summary>
public sealed class SecretLaws(Fleets fleets)
{
    private const int Away = 5002;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NoPasswordIsInWhatIsLoggedOrThrownHoweverItGoes()
    {
        await using var fleet = await fleets.RabbitAsync(options => options.SendTimeout = TimeSpan.FromSeconds(2));
        using var events = new ClientEvents();
        var (log, seen) = (new Log(), new StringBuilder());
        var (host, node1) = (fleet.Host, fleet.Own("node1"));
        var folder = Directory.CreateTempSubdirectory("theseus-secret-");
        var file = Path.Combine(folder.FullName, "password");
        const string Wrong = "wr0ng-p4ss%2Fw:rd@";
        await File.WriteAllTextAsync(file, Wrong, Token);

        // With a password that is right; one that is wrong, in the options and in a file; no virtual host; nobody there; the wrong port.
        var control = fleet.Control(log);
        await fleet.ConnectedAsync(log, "reading");
        await fleet.ConnectedAsync(log, "sending");
        await control.SendAsync(Sample.Task("nobody"), Token);
        var tries = new Action<RabbitOptions>[]
        {
            options => options.Password = Wrong,
            options => (options.Password, options.PasswordFile) = ("", file),
            options => options.VirtualHost = "none",
            options => options.Port = 1,
            options => options.Tls = new(),
            options => (options.Port, options.Tls) = (fleet.Server.TlsPort, new()),
        };
        foreach (var one in tries)
        {
            var from = log.Entries.Count;
            await using var node = fleet.Node(node1, log, one);
            await log.AwaitAsync(Away, from: from);
            seen.Append(await Assert.ThrowsAsync<ChannelUnavailableException>(() => node.AnswerAsync(Sample.Answers(node1, "a"), Token).AsTask()));
            seen.Append(fleet.Options(one));
        }

        seen.Append(CultureInfo.InvariantCulture, $"{string.Join('\n', log.Entries)}\n{events.All}");
        folder.Delete(recursive: true);

        Assert.Contains("rabbitmq-client", events.Sources);
        AssertHasNone(seen.ToString(), host.Password);
        AssertHasNone(seen.ToString(), Wrong);
    }

    [Theory]
    [InlineData("amqp://u:{0}@[/theseus")]
    [InlineData("http://u:{0}@localhost/theseus")]
    [InlineData("amqp://u:{0}@localhost:99999/theseus")]
    [InlineData("amqp://u:{0}@localhost/theseus/more")]
    [InlineData("amqp://u:{0}@localhost/theseus?heartbeat=1")]
    [InlineData("{0}")]
    [InlineData("u:{0}@localhost")]
    public void AnAddressThatCannotBeReadIsNotShown(string address)
    {
        const string Secret = "hunter2-of-Theseus";

        var failure = Assert.Throws<ArgumentException>(() => RabbitOptions.Parse(string.Format(CultureInfo.InvariantCulture, address, Secret)));

        AssertHasNone(failure.ToString(), Secret);
    }

    [Fact]
    public void OptionsThatCannotBeUsedAreToldWithoutTheirPassword()
    {
        const string Secret = "hunter2-of-Theseus";
        var options = new RabbitOptions
        {
            Host = "", Port = -1, VirtualHost = "", User = "", Password = Secret, PasswordFile = "also", Prefix = "?", Prefetch = 0, Unconfirmed = 0, SendTimeout = TimeSpan.Zero, Tls = new() { CaFile = "none", KeyFile = "none" },
        };

        var failure = Assert.Throws<ArgumentException>(() => new RabbitNodeChannel(options, "node1", TimeProvider.System, new Log().For<RabbitNodeChannel>()));

        AssertHasNone(failure.ToString(), Secret);
        AssertHasNone(string.Join(' ', options.Validate()), Secret);
        AssertHasNone(options.ToString(), Secret);
        Assert.True(options.Validate().Count >= 10);
    }

    [Fact]
    public void AValueThatCannotBeReadIsNotShown()
    {
        const string Secret = "hunter2-of-Theseus";
        // A password in the place of something else, and where there is no such key.
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Port"] = Secret, ["Heartbeat"] = Secret, ["Tls"] = Secret, ["AllowInsecure"] = Secret, ["Passwort"] = Secret }).Build();

        var failure = Assert.Throws<ArgumentException>(() => RabbitConfiguration.Read(configuration));

        AssertHasNone(failure.ToString(), Secret);
        Assert.All(new[] { "Port", "Heartbeat", "Tls", "AllowInsecure", "Passwort" }, key => Assert.Contains(key, failure.Message, StringComparison.Ordinal));
    }

    private static void AssertHasNone(string seen, string secret)
    {
        Assert.DoesNotContain(secret, seen, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Uri.EscapeDataString(secret), seen, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('='), seen, StringComparison.Ordinal);
    }

    /// <summary>What the client tells by itself.</summary>
    private sealed class ClientEvents : EventListener
    {
        private readonly Lock _lock = new();
        private readonly StringBuilder _all = new();

        public System.Collections.Concurrent.ConcurrentBag<string> Sources { get; } = [];

        public string All
        {
            get
            {
                lock (_lock)
                {
                    return _all.ToString();
                }
            }
        }

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name.Contains("rabbitmq", StringComparison.OrdinalIgnoreCase))
            {
                // Called by the base's constructor, when initialized fields are there and nothing else.
                Sources.Add(eventSource.Name);
                EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            lock (_lock)
            {
                _all.Append(CultureInfo.InvariantCulture, $"{eventData.EventSource.Name}: {eventData.EventName} {eventData.Message} {string.Join(' ', (eventData.Payload ?? []).Select(Text))}\n");
            }
        }

        private static string? Text(object? value) => value is IEnumerable<KeyValuePair<string, object?>> parts ? string.Join(' ', parts.Select(part => $"{part.Key}={part.Value}")) : value?.ToString();
    }
}
