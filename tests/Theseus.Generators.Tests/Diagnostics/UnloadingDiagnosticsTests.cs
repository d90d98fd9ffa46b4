namespace Theseus.Generators.Tests.Diagnostics;

public sealed class UnloadingDiagnosticsTests
{
    public static TheoryData<string, string> Pins => new()
    {
        { "string F(Data data) => JsonSerializer.Serialize(data);", "THS2101 JsonSerializer.Serialize(data)" },
        { "Data? F(string json) => JsonSerializer.Deserialize<Data>(json);", "THS2101 JsonSerializer.Deserialize<Data>(json)" },
        { "object? F(string json) => JsonSerializer.Deserialize(json, typeof(List<Data>));", "THS2101 JsonSerializer.Deserialize(json, typeof(List<Data>))" },
        { "string F<T>(T data) => JsonSerializer.Serialize(data);", "THS2101 JsonSerializer.Serialize(data)" },
        { "string F(object data) => JsonSerializer.Serialize(data);", "THS2101 JsonSerializer.Serialize(data)" },
        { "object F() => TypeDescriptor.GetConverter(typeof(Data));", "THS2102 TypeDescriptor.GetConverter(typeof(Data))" },
        { "void F(dynamic data) { data.Go(); }", "THS2103 data.Go()" },
        { "int F(dynamic data) => data;", "THS2103 data" },
        { "void F(dynamic data) { data += 1; }", "THS2103 data += 1" },
        { "object F() => DispatchProxy.Create<IThing, Proxy>();", "THS2104 DispatchProxy.Create<IThing, Proxy>()" },
        { "void F() { new Timer(_ => { }); }", "THS2105 new Timer(_ => { })" },
        { "Timer _timer = new(_ => { });", "THS2105 new(_ => { })" },
        { "object? _timer; void F(TimeProvider time) { _timer = time.CreateTimer(_ => { }, null, default, default); }", "THS2105 time.CreateTimer(_ => { }, null, default, default)" },
        { "void F() { Task.Run(() => { }); }", "THS2106 Task.Run(() => { })" },
        { "void F() { _ = Task.Run(() => { }); }", "THS2106 Task.Run(() => { })" },
        { "Task? _loop; void F() { _loop = Task.Run(() => { }); }", "THS2106 Task.Run(() => { })" },
        { "void F() { Task.Factory.StartNew(() => { }); }", "THS2106 Task.Factory.StartNew(() => { })" },
        { "void F() { new Thread(() => { }).Start(); }", "THS2106 new Thread(() => { })" },
        { "void F() { var thread = new Thread(() => { }); thread.Start(); }", "THS2106 new Thread(() => { })" },
        { "void F() => _ = WaitAsync(); async Task WaitAsync() { await Task.Delay(TimeSpan.FromDays(1)); }", "THS2106 WaitAsync()" },
        { "void F(TcpListener listener) { AcceptAsync(listener); } async Task AcceptAsync(TcpListener listener) { while (true) { using var client = await listener.AcceptTcpClientAsync(); } }", "THS2106 AcceptAsync(listener)" },
        { "void F(Task hosts) { _ = WaitAsync(hosts); } async ValueTask WaitAsync(Task hosts) { await hosts; }", "THS2106 WaitAsync(hosts)" },
        { "void F(Task<int> hosts) { hosts.ContinueWith(_ => { }); }", "THS2106 hosts.ContinueWith(_ => { })" },
        { "async Task F() { CountAsync(); await Task.Yield(); } async ValueTask<int> CountAsync() { await Task.Delay(-1); return 1; }", "THS2106 CountAsync()" },
        { "Task? _loop; void F() { _loop = LoopAsync(); } async Task LoopAsync() { await Task.Delay(-1); }", "THS2106 LoopAsync()" },
        { "async Task F(PeriodicTimer timer) { while (await timer.WaitForNextTickAsync()) { } }", "THS2106 timer.WaitForNextTickAsync()" },
        { "void F(WaitHandle handle) { ThreadPool.RegisterWaitForSingleObject(handle, (_, _) => { }, null, -1, true); }", "THS2107 ThreadPool.RegisterWaitForSingleObject(handle, (_, _) => { }, null, -1, true)" },
        { "void F() { Console.CancelKeyPress += (_, _) => { }; }", "THS2108 Console.CancelKeyPress += (_, _) => { }" },
        { "void F() { AppDomain.CurrentDomain.ProcessExit += G; } void G(object? o, EventArgs e) { }", "THS2108 AppDomain.CurrentDomain.ProcessExit += G" },
        { "void F() { AppDomain.CurrentDomain.AssemblyResolve += (_, _) => null; }", "THS2108 AppDomain.CurrentDomain.AssemblyResolve += (_, _) => null" },
        { "void F() { AppDomain.CurrentDomain.UnhandledException += (_, _) => { }; }", "THS2108 AppDomain.CurrentDomain.UnhandledException += (_, _) => { }" },
        { "void F() { AssemblyLoadContext.Default.Resolving += (_, _) => null; }", "THS2108 AssemblyLoadContext.Default.Resolving += (_, _) => null" },
        { "void F() { AssemblyLoadContext.Default.Unloading += G; } void G(AssemblyLoadContext context) { }", "THS2108 AssemblyLoadContext.Default.Unloading += G" },
        { "void F() { TaskScheduler.UnobservedTaskException += (_, _) => { }; }", "THS2108 TaskScheduler.UnobservedTaskException += (_, _) => { }" },
        { "void F(CancellationToken token) { token.Register(() => { }); }", "THS2109 token.Register(() => { })" },
        { "void F(CancellationToken token) => token.UnsafeRegister(_ => { }, null);", "THS2109 token.UnsafeRegister(_ => { }, null)" },
        { "void F(IConfiguration configuration) { ChangeToken.OnChange(configuration.GetReloadToken, () => { }); }", "THS2109 ChangeToken.OnChange(configuration.GetReloadToken, () => { })" },
        { "void F(IObserver<DiagnosticListener> observer) { DiagnosticListener.AllListeners.Subscribe(observer); }", "THS2109 DiagnosticListener.AllListeners.Subscribe(observer)" },
        { "void F(object data) { GCHandle.Alloc(data); }", "THS2110 GCHandle.Alloc(data)" },
        { "void F(object data) { var handle = GCHandle.Alloc(data); handle.ToString(); }", "THS2110 GCHandle.Alloc(data)" },
        { "void F() { var listener = new ActivityListener(); listener.ToString(); }", "THS2111 new ActivityListener()" },
        { "void F() { var listener = new MeterListener(); listener.Start(); }", "THS2111 new MeterListener()" },
        { "MeterListener _listener = new();", "THS2111 new()" },
        { "void F() { var listener = new Listener(); listener.ToString(); }", "THS2111 new Listener()" },
        { "static readonly Listener s_listener = new();", "THS2111 new()" },
        { "Meter _meter = new(\"a\");", "THS2111 new(\"a\")" },
        { "static AsyncLocal<string?> s_local = new(); void F() { s_local.Value = \"a\"; }", "THS2112 s_local.Value = \"a\"" },
    };

    public static TheoryData<string> Harmless =>
    [
        "string F(Data data) => JsonSerializer.Serialize(data, DataContext.Default.Data); Data? G(string json) => JsonSerializer.Deserialize<Data>(json, DataContext.Default.Options);",
        "string F(string[] data) => JsonSerializer.Serialize(data); List<int>? G(string json) => JsonSerializer.Deserialize<List<int>>(json); JsonDocument H(string json) => JsonDocument.Parse(json);",
        "void F(object data) { data.ToString(); object other = data; }",
        "void F() { using var timer = new Timer(_ => { }); using (new Timer(_ => { })) { } }",
        "Timer _timer = new(_ => { }); public void Dispose() => _timer.Dispose();",
        "Timer? _timer; void F() { this._timer = new(_ => { }); } public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? default;",
        "void F(IComponentContext context) { var timer = new Timer(_ => { }); context.OnStop(\"timer\", timer.Dispose); }",
        "Timer F() => new Timer(_ => { }); void G(List<IDisposable> owned) { owned.Add(new Timer(_ => { })); }",
        "async Task F() { await Task.Run(() => { }); var x = await Task.Run(() => 1).ConfigureAwait(false); await Task.WhenAll(Task.Run(() => { })); }",
        "async Task F() { await LoopAsync(); await LoopAsync().ConfigureAwait(false); _ = await CountAsync(); await (Task)LoopAsync(); var one = LoopAsync(); await one; } async Task LoopAsync() { await Task.Yield(); } async ValueTask<int> CountAsync() { await Task.Yield(); return 1; }",
        "Task F() => LoopAsync(); Func<Task> G() => () => LoopAsync(); void H() { LoopAsync().GetAwaiter().GetResult(); LoopAsync().Wait(); } async Task LoopAsync() { await Task.Yield(); }",
        "async Task F(Thing? other) { if (other is not null) { await other.LoopAsync(); } await (other?.LoopAsync() ?? Task.CompletedTask); } async Task LoopAsync() { await Task.Yield(); }",
        "void F(IComponentContext context) { context.Run(\"loop\", LoopAsync); context.Run(\"again\", token => LoopAsync(token)); context.StartTimer(\"timer\", TimeSpan.FromHours(1), token => new ValueTask(LoopAsync(token))); } async Task LoopAsync(CancellationToken token) { await Task.Delay(-1, token); }",
        "Task? _loop; void F() { _loop = Task.Run(() => { }); } async Task StopAsync() { await _loop!; }",
        "Task F() => Task.Run(() => { }); void G(IComponentContext context) => context.Run(\"loop\", token => Task.Run(() => { }, token));",
        "Thread _thread = new(() => { }); void F() { _thread.Start(); _thread.Join(); }",
        "async Task F(CancellationToken token) { using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1)); while (await timer.WaitForNextTickAsync(token)) { } }",
        "RegisteredWaitHandle? _wait; void F(WaitHandle handle) { _wait = ThreadPool.RegisterWaitForSingleObject(handle, (_, _) => { }, null, -1, true); } void G() { _wait?.Unregister(null); }",
        "void F() { Console.CancelKeyPress += G; } void H() { Console.CancelKeyPress -= G; } void G(object? o, ConsoleCancelEventArgs e) { }",
        "static event Action? Own; void F() { Own += F; } void G(System.Collections.ObjectModel.ObservableCollection<int> own) { own.CollectionChanged += (_, _) => { }; }",
        "void F(CancellationToken token) { using var registration = token.Register(() => { }); } IDisposable G(CancellationToken token) => token.Register(() => { });",
        "void F(IComponentContext context) { context.Stopping.Register(() => { }); } CancellationTokenSource _source = new(); void G() { _source.Token.Register(() => { }); }",
        "IDisposable? _changes; void F(IConfiguration configuration) { _changes = ChangeToken.OnChange(configuration.GetReloadToken, () => { }); }",
        "IDisposable F(IObserver<DiagnosticListener> observer) => DiagnosticListener.AllListeners.Subscribe(observer); void G(IObservable<int> own, IObserver<int> observer) { own.Subscribe(observer); }",
        "void F(object data) { var handle = GCHandle.Alloc(data); try { } finally { handle.Free(); } }",
        "ActivityListener _listener = new(); Meter _meter = new(\"a\"); public void Dispose() { _listener.Dispose(); _meter.Dispose(); }",
        "MeterListener _meters = new(); Listener _events = new(); public void Dispose() { _meters.Dispose(); _events.Dispose(); }",
        "void F() { AssemblyLoadContext.Default.Resolving += G; } void H() { AssemblyLoadContext.Default.Resolving -= G; } Assembly? G(AssemblyLoadContext context, AssemblyName name) => null;",
        "static AsyncLocal<string?> s_local = new(); async Task F() { s_local.Value = \"a\"; await Task.Yield(); } void G() { s_local.Value = null; }",
    ];

    private const string Types =
        """
        global using System.ComponentModel;
        global using System.Diagnostics;
        global using System.Diagnostics.Metrics;
        global using System.Diagnostics.Tracing;
        global using System.Net.Sockets;
        global using System.Reflection;
        global using System.Runtime.InteropServices;
        global using System.Runtime.Loader;
        global using System.Text.Json;
        global using System.Text.Json.Serialization;
        global using System.Text.Json.Serialization.Metadata;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.Primitives;
        namespace Users;
        [Contract] public interface IThing { void Do(); }
        public sealed class Listener : EventListener;
        public sealed record Data(int Number);
        public class Proxy : DispatchProxy { protected override object? Invoke(MethodInfo? method, object?[]? arguments) => null; }
        // As the framework's own generator would write it.
        public sealed class DataContext() : JsonSerializerContext(null)
        {
            public static DataContext Default { get; } = new();
            public JsonTypeInfo<Data> Data => throw new NotSupportedException();
            protected override JsonSerializerOptions? GeneratedSerializerOptions => null;
            public override JsonTypeInfo? GetTypeInfo(Type type) => null;
        }
        """;

    [Theory]
    [MemberData(nameof(Pins))]
    public async Task WhatKeepsAVersionLoadedIsReported(string members, string expected) =>
        Assert.Equal([expected], await Of("[Component(\"thing\", typeof(IThing))] ", members));

    [Theory]
    [MemberData(nameof(Harmless))]
    public async Task WhatIsReleasedOrHarmlessIsNotReported(string members) =>
        Assert.Empty(await Of("[Component(\"thing\", typeof(IThing))] ", members));

    [Fact]
    public async Task AProjectWithoutAComponentIsLeftAlone()
    {
        foreach (var pin in Pins)
        {
            Assert.Empty(await Of("", pin.Data.Item1));
        }
    }

    private static Task<IReadOnlyList<string>> Of(string mark, string members) => Compiled.DiagnosticsAsync(
        Types,
        $"namespace Users;\n{mark}public sealed class Thing : IThing {{ public void Do() {{ }}\n{members}\n}}");
}
