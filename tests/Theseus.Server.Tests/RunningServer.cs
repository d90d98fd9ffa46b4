using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Theseus.Control;
using Theseus.Fleet;

namespace Theseus.Server.Tests;

/// <summary>A server on a free port of this machine, with its database in a folder of its own, and callers of every role.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("theseus-server-").FullName;
    private readonly Dictionary<string, HttpClient> _clients = [];
    private readonly ILoggerFactory _loggers;
    private Action<TheseusServerOptions> _configure = _ => { };
    private TimeProvider? _time;
    private IHost? _node;

    private RunningServer() => _loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Warning).AddProvider(Log));

    /// <summary>What the server logged, from warnings on.</summary>
    public TestLog Log { get; } = new();

    public InProcessChannel Channel { get; } = new();

    public TheseusServer Server { get; private set; } = null!;

    public string DataFolder => Path.Combine(_folder, "control");

    public TokenIssuer Issuer => new(Server.ControlPlane);

    /// <summary>Calls without a token.</summary>
    public HttpClient Nobody => Client("");

    /// <summary>Calls as the admin of the first start.</summary>
    public HttpClient Admin { get; private set; } = null!;

    public static async Task<RunningServer> StartAsync(Action<TheseusServerOptions>? configure = null, TimeProvider? time = null)
    {
        var running = new RunningServer { _configure = configure ?? (_ => { }), _time = time };
        await running.StartServerAsync();
        running.Admin = running.Client(running.Server.FirstToken!.Text);
        return running;
    }

    /// <summary>Starts a server, and a node that has <c>markdown</c>.</summary>
    public static async Task<RunningServer> StartWithNodeAsync(Action<TheseusServerOptions>? configure = null)
    {
        var running = await StartAsync(options =>
        {
            options.ControlPlane.Feeds.Add(JoinedNode.Releases);
            configure?.Invoke(options);
        });
        running._node = await JoinedNode.StartAsync(running);
        return running;
    }

    /// <summary>A service of the node's.</summary>
    public T Get<T>() where T : notnull => _node!.Services.GetRequiredService<T>();

    /// <summary>Waits for something that nobody tells of, looking at it at short intervals.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!holds())
        {
            await timer.WaitForNextTickAsync(deadline.Token);
        }
    }

    /// <summary>Ends the server and starts another one on what it left.</summary>
    public async Task RestartAsync()
    {
        await Server.DisposeAsync();
        await StartServerAsync();
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        _clients.Clear();
    }

    public HttpClient Client(string token)
    {
        if (!_clients.TryGetValue(token, out var client))
        {
            client = new HttpClient { BaseAddress = Server.Address, Timeout = Deadline };
            if (token.Length > 0)
            {
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            _clients.Add(token, client);
        }

        return client;
    }

    public async Task<HttpClient> ClientAsync(AccessRole role, string? name = null) =>
        Client((await Issuer.IssueAsync(name ?? role.ToString(), role, null, "test", CancellationToken.None)).Text);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        if (_node is not null)
        {
            await _node.StopAsync();
            _node.Dispose();
        }

        await Server.DisposeAsync();
        _loggers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartServerAsync()
    {
        var options = new TheseusServerOptions { Address = "http://127.0.0.1:0" };
        options.ControlPlane.DataFolder = DataFolder;
        options.ControlPlane.DiscoveryInterval = TimeSpan.FromMilliseconds(50);
        _configure(options);
        Server = await TheseusServer.StartAsync(options, Channel, _time, _loggers, CancellationToken.None);
    }
}

/// <summary>Tells a failing test what the server logged.</summary>
internal sealed class TestLog : ILoggerProvider, ILogger
{
    private readonly ITestOutputHelper? _output = TestContext.Current.TestOutputHelper;

    private readonly ConcurrentQueue<string> _lines = [];

    public string Said => string.Join('\n', _lines);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Write($"{logLevel}: {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }

    private void Write(string line)
    {
        _lines.Enqueue(line);
        _output?.WriteLine(line);
    }
}

/// <summary>Calls, as a user's program would make them.</summary>
internal static class Calls
{
    public const string Api = "/api/v1";

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public static Task<HttpResponseMessage> PostAsync(this HttpClient client, string path, string json, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Api + path) { Content = Json(json) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return client.SendAsync(request);
    }

    public static Task<HttpResponseMessage> PatchAsync(this HttpClient client, string path, string json) => client.PatchAsync(Api + path, Json(json));

    public static async Task<T> ReadAsync<T>(this HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path.StartsWith(Api, StringComparison.Ordinal) ? path : Api + path);
        return await answer.AsAsync<T>(HttpStatusCode.OK);
    }

    public static async Task<T> AsAsync<T>(this HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}, not {expected}: {text}");
        return JsonSerializer.Deserialize(text, ApiJson.TypeOf<T>())!;
    }

    /// <summary>The problem that an answer is; whatever it is, it has all that a problem has.</summary>
    public static async Task<ApiProblem> AsProblemAsync(this HttpResponseMessage answer, ErrorCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == expected.Status, $"{answer.StatusCode}, not {expected}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize(text, ApiJson.TypeOf<ApiProblem>())!;
        Assert.Equal((expected.Name, expected.Status, expected.Title), (problem.Code, problem.Status, problem.Title));
        Assert.NotEmpty(problem.Detail);
        Assert.NotEmpty(problem.Errors);
        return problem;
    }
}
