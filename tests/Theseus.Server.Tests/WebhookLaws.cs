using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Control.Distribution;
using Theseus.Control.Monitoring;
using Theseus.Control.Upgrades;

namespace Theseus.Server.Tests;

/// <summary>Alerts are told to a receiver that is real: signed, in order, again and again until they are taken.</summary>
public sealed class WebhookLaws
{
    private static readonly byte[] s_secret = [.. Enumerable.Range(1, 32).Select(value => (byte)value)];

    [Fact]
    public async Task EachChangeOfAnAlertComesSignedAndInOrder()
    {
        await using var receiver = await Receiver.StartAsync(_ => 200);
        await using var fleet = new WatchedFleet(new Webhook { Name = "desk", Address = receiver.Address, Secret = s_secret });
        fleet.Lost = 1;
        var raised = await receiver.NextAsync();
        fleet.Monitor.Acknowledge(fleet.Monitor.Alerts[0].Id, "anna", "I look.");
        var seen = await receiver.NextAsync();
        fleet.Lost = 0;
        var cleared = await receiver.NextAsync();

        var alert = fleet.Monitor.Alerts.Single(one => one.Rule == "lost");
        Assert.Equal(["theseus.alert.raised", "theseus.alert.acknowledged", "theseus.alert.cleared"], new[] { raised, seen, cleared }.Select(one => one.Event.GetProperty("type").GetString()));
        foreach (var (message, revision) in new[] { (raised, 1), (seen, 2), (cleared, 3) })
        {
            Assert.Equal(("1.0", $"{alert.Id}-{revision}", "/theseus", "lost/", "application/json"), (Text(message, "specversion"), Text(message, "id"), Text(message, "source"), Text(message, "subject"), Text(message, "datacontenttype")));
            Assert.True(message.Event.GetProperty("time").TryGetDateTimeOffset(out _));
            Assert.Equal(alert.Id, message.Event.GetProperty("data").GetProperty("id").GetString());
            Assert.StartsWith("application/cloudevents+json", message.ContentType);
            Assert.Equal(Text(message, "id"), message.Id);
            // Written out as a receiver would.
            var signed = HMACSHA256.HashData(s_secret, Encoding.UTF8.GetBytes($"{message.Id}.{message.Timestamp}.{message.Body}"));
            Assert.Equal($"v1,{Convert.ToBase64String(signed)}", message.Signature);
            Assert.InRange(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(message.Timestamp, null), -5, 60);
        }

        Assert.Equal("anna", seen.Event.GetProperty("data").GetProperty("acknowledgedBy").GetString());
    }

    [Fact]
    public async Task WhatIsNotTakenIsSentAgainUnderTheSameIdAndARedirectIsNotFollowed()
    {
        var tries = 0;
        await using var receiver = await Receiver.StartAsync(context => Interlocked.Increment(ref tries) switch
        {
            1 => 500,
            2 => Redirect(context),
            // No answer in time.
            3 => -1,
            _ => 204,
        });
        await using var fleet = new WatchedFleet(new Webhook { Name = "desk", Address = receiver.Address, Secret = s_secret, FirstPause = TimeSpan.FromMilliseconds(1), Timeout = TimeSpan.FromMilliseconds(500) });
        fleet.Lost = 1;
        var messages = new List<Message>();
        for (var time = 0; time < 4; time++)
        {
            messages.Add(await receiver.NextAsync());
        }

        fleet.Lost = 0;
        var next = await receiver.NextAsync();

        Assert.Single(messages.Select(message => message.Id).Distinct());
        Assert.Equal("theseus.alert.cleared", Text(next, "type"));
        Assert.Equal(5, tries);
        Assert.Equal(0, receiver.Elsewhere);
    }

    [Fact]
    public async Task WhatIsNeverTakenIsGivenUpAndTheNextIsTold()
    {
        var isDown = true;
        await using var receiver = await Receiver.StartAsync(_ => Volatile.Read(ref isDown) ? 503 : 200);
        await using var fleet = new WatchedFleet(new Webhook { Name = "desk", Address = receiver.Address, Secret = s_secret, GiveUpAfter = TimeSpan.Zero });
        fleet.Lost = 1;
        var first = await receiver.NextAsync();
        Volatile.Write(ref isDown, false);
        fleet.Lost = 0;
        var second = await receiver.NextAsync();

        Assert.Equal(["theseus.alert.raised", "theseus.alert.cleared"], new[] { first, second }.Select(one => Text(one, "type")));
    }

    [Fact]
    public async Task WhatMattersLessThanAWebhookAsksForIsNotTold()
    {
        await using var receiver = await Receiver.StartAsync(_ => 200);
        await using var fleet = new WatchedFleet(new Webhook { Name = "desk", Address = receiver.Address, Secret = s_secret, Least = AlertSeverity.Critical }) { Lost = 1, Suspect = 1 };

        Assert.Equal("lost/", Text(await receiver.NextAsync(), "subject"));
        await fleet.UntilAsync(() => fleet.Monitor.Alerts.Count == 2);
        fleet.Lost = 0;
        Assert.Equal("lost/", Text(await receiver.NextAsync(), "subject"));
    }

    [Fact]
    public void AWebhookThatCannotBeSaysWhyAndNeverItsSecret()
    {
        var good = new Webhook { Name = "desk", Address = new Uri("https://desk.example.org/alerts"), Secret = s_secret };

        Assert.Empty(good.Validate());
        Assert.Empty((good with { Address = new Uri("http://127.0.0.1:9/") }).Validate());
        Assert.Contains("https://", Assert.Single((good with { Address = new Uri("http://desk.example.org/") }).Validate()));
        Assert.Contains("password", Assert.Single((good with { Address = new Uri("https://a:b@desk.example.org/") }).Validate()));
        Assert.Contains("from 24 to 64 bytes", Assert.Single((good with { Secret = new byte[8] }).Validate()));
        Assert.Equal(3, (good with { Timeout = TimeSpan.Zero, FirstPause = TimeSpan.Zero, GiveUpAfter = TimeSpan.FromDays(8) }).Validate().Count);
        Assert.Equal("desk at https://desk.example.org/alerts", good.ToString());
    }

    [Fact]
    public void AFileHasRulesAndWebhooksOrSaysAllThatIsWrongWithIt()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-monitor-").FullName;
        var file = Path.Combine(folder, "monitor.json");
        File.WriteAllText(Path.Combine(folder, "desk.secret"), $"whsec_{Convert.ToBase64String(s_secret)}\n");
        File.WriteAllText(Path.Combine(folder, "short.secret"), "AAAA");
        File.WriteAllText(Path.Combine(folder, "wrong.secret"), "not base64!");
        var options = new MonitorOptions();
        File.WriteAllText(file, """
            {
              "interval": "00:00:02",
              "without": ["pool-starved"],
              // One's own.
              "rules": [
                { "name": "slow", "metric": "component.p99", "threshold": 0.5, "clearThreshold": 0.3, "raiseAfter": "00:01:00", "severity": "Critical" },
                { "name": "node-silent", "metric": "node.silent", "aggregate": "Last", "threshold": 60 },
              ],
              "webhooks": [{ "name": "desk", "address": "https://desk.example.org/", "secretFile": "desk.secret", "least": "Critical" }],
            }
            """);

        MonitorFile.Read(file, options);

        Assert.Equal(TimeSpan.FromSeconds(2), options.Interval);
        Assert.Equal([.. DefaultAlertRules.All.Select(rule => rule.Name).Where(name => name is not ("pool-starved" or "node-silent")), "slow", "node-silent"], options.Rules.Select(rule => rule.Name));
        Assert.Equal((AlertSeverity.Critical, TimeSpan.FromMinutes(1), 0.3), options.Rules.Single(rule => rule.Name == "slow") is var slow ? (slow.Severity, slow.RaiseAfter, slow.ClearThreshold) : default);
        var webhook = Assert.Single(options.Webhooks);
        Assert.Equal(("desk", AlertSeverity.Critical, true), (webhook.Name, webhook.Least, webhook.Secret.Span.SequenceEqual(s_secret)));

        foreach (var (text, says) in new[]
        {
            ("""{ "rules": [{ "name": "slow", "metric": "component.p77", "threshold": 1 }], "without": ["nothing"] }""", "There is no metric 'component.p77'"),
            ("""{ "rules": [{ "name": "slow", "metric": "component.p99", "threshold": 1 }], "without": ["nothing"] }""", "There is no rule 'nothing'"),
            ("""{ "rule": [] }""", "'rule'"),
            ("""{ "webhooks": [{ "name": "desk", "address": "https://desk.example.org/" }] }""", "secretFile"),
            ("""{ "webhooks": [{ "name": "another", "address": "https://desk.example.org/", "secretFile": "short.secret" }] }""", "this one has 3"),
            ("""{ "webhooks": [{ "name": "another", "address": "https://desk.example.org/", "secretFile": "wrong.secret" }] }""", "not base64"),
            ("""{ "webhooks": [{ "name": "desk", "address": "https://desk.example.org/", "secretFile": "desk.secret" }] }""", "called 'desk'"),
            ("null", "It is null"),
            ("{", "cannot be read"),
        })
        {
            File.WriteAllText(file, text);
            var wrong = Assert.Throws<ArgumentException>(() => MonitorFile.Read(file, options));
            Assert.Contains(says, wrong.Message);
            Assert.DoesNotContain("AAAA", wrong.Message);
            // Nothing of it was taken.
            Assert.Equal((6, 1, TimeSpan.FromSeconds(2)), (options.Rules.Count, options.Webhooks.Count, options.Interval));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static string? Text(Message message, string member) => message.Event.GetProperty(member).GetString();

    private static int Redirect(HttpContext context)
    {
        context.Response.Headers.Location = "/elsewhere";
        return 307;
    }

    private sealed record Message(string Id, string Timestamp, string Signature, string ContentType, string Body)
    {
        public JsonElement Event { get; } = JsonDocument.Parse(Body).RootElement;
    }

    /// <summary>A monitor of a fleet that is told how many nodes it has lost, and suspects.</summary>
    private sealed class WatchedFleet : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;
        private int _lost;
        private int _suspect;

        public WatchedFleet(Webhook webhook)
        {
            var options = new MonitorOptions { Interval = TimeSpan.FromMilliseconds(100) };
            options.Rules.Clear();
            foreach (var (name, metric, severity) in new[] { ("lost", "nodes.lost", AlertSeverity.Critical), ("suspect", "nodes.suspect", AlertSeverity.Warning) })
            {
                options.Rules.Add(new AlertRule { Name = name, Metric = metric, Aggregate = AlertAggregate.Last, Window = TimeSpan.Zero, Threshold = 0, Severity = severity });
            }

            options.Webhooks.Add(webhook);
            Monitor = new PerformanceMonitor(_ => Task.FromResult(Look()), options, TimeProvider.System, NullLogger.Instance);
            _running = Monitor.RunAsync(_stop.Token);
        }

        public PerformanceMonitor Monitor { get; }

        public int Lost
        {
            set => Volatile.Write(ref _lost, value);
        }

        public int Suspect
        {
            set => Volatile.Write(ref _suspect, value);
        }

        public async Task UntilAsync(Func<bool> holds)
        {
            using var deadline = new CancellationTokenSource(RunningServer.Deadline);
            while (!holds())
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, deadline.Token);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.WaitAsync(RunningServer.Deadline);
            _stop.Dispose();
        }

        private FleetLook Look() => new(
            [.. Nodes(Volatile.Read(ref _lost), NodeState.Lost), .. Nodes(Volatile.Read(ref _suspect), NodeState.Suspect)],
            new TaskStatistics { Total = 0, ByState = new Dictionary<TaskState, long>(), ByKind = [], Nodes = [], NodeTasks = [] },
            new UpgradeStatistics(new Dictionary<UpgradeState, long>()),
            []);

        private static IEnumerable<NodeStatus> Nodes(int count, NodeState state) => Enumerable.Range(0, count).Select(number => new NodeStatus { Name = $"{state}{number}", State = state, HeardAt = DateTimeOffset.UnixEpoch });
    }

    /// <summary>A web server that takes messages, or does not.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly BlockingCollection<Message> _messages = [];
        private int _elsewhere;

        private Receiver(WebApplication app) => _app = app;

        public Uri Address => new($"{_app.Urls.Single()}/alerts");

        /// <summary>How many came where nobody told them to go.</summary>
        public int Elsewhere => Volatile.Read(ref _elsewhere);

        /// <param name="answer">The status to answer with; -1 for no answer at all.</param>
        public static async Task<Receiver> StartAsync(Func<HttpContext, int> answer)
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var receiver = new Receiver(app);
            app.Run(async context =>
            {
                if (context.Request.Path != "/alerts")
                {
                    Interlocked.Increment(ref receiver._elsewhere);
                    return;
                }

                using var reader = new StreamReader(context.Request.Body);
                var body = await reader.ReadToEndAsync();
                var status = answer(context);
                receiver._messages.Add(new Message($"{context.Request.Headers["webhook-id"]}", $"{context.Request.Headers["webhook-timestamp"]}", $"{context.Request.Headers["webhook-signature"]}", context.Request.ContentType!, body));
                if (status < 0)
                {
                    await Task.Delay(RunningServer.Deadline, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    return;
                }

                context.Response.StatusCode = status;
            });
            await app.StartAsync();
            return receiver;
        }

        public Task<Message> NextAsync() => Task.Run(() => _messages.TryTake(out var message, RunningServer.Deadline) ? message : throw new TimeoutException("No message came."));

        public ValueTask DisposeAsync() => _app.DisposeAsync();
    }
}
