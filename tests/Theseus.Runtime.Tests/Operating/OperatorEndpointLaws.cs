using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Runtime.Operating;
using Theseus.Runtime.Tests.Memory;
using Theseus.Testing;

namespace Theseus.Runtime.Tests.Operating;

public sealed class OperatorEndpointLaws : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly TrialChanges s_everything = new()
    {
        Duration = TimeSpan.FromSeconds(5),
        Share = 0.25,
        ShadowFraction = 0.5,
        MinimumCalls = 100,
        WhenInconclusive = InconclusiveAction.Confirm,
    };

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly AskedOperator _operator = new();

    [Fact]
    public async Task WhatIsAskedReachesTheHostAndItsAnswerComesBack()
    {
        await using var endpoint = Start();
        var client = Client();

        var status = await client.GetStatusAsync(default);
        Assert.Equal((Environment.ProcessId, _folder.Path), (status.ProcessId, status.DataFolder));
        Assert.Equivalent(AskedOperator.Status, Assert.Single(status.Components), strict: true);

        Assert.Equal("stage markdown 2.0.0", (await client.StageAsync("markdown", "2.0.0", default)).Detail);
        Assert.Equal("swap markdown 2.0.0", (await client.SwapAsync("markdown", "2.0.0", null, default)).Detail);
        Assert.Equal("swap markdown 2.0.0 00:00:05", (await client.SwapAsync("markdown", "2.0.0", TimeSpan.FromSeconds(5), default)).Detail);
        Assert.Equal("swap markdown 2.0.0 00:00:05 0.25 0.5 100 Confirm", (await client.SwapAsync("markdown", "2.0.0", s_everything, default)).Detail);
        Assert.Equal("rollback markdown", (await client.RollbackAsync("markdown", default)).Detail);
        Assert.Equal("confirm markdown", (await client.ConfirmAsync("markdown", default)).Detail);
        Assert.Equal("markdown 3 True", Assert.Single(await client.ExplainAsync("markdown", 3, walkHeap: true, default)).Description);
        Assert.Equal("swap-7", Assert.Single(await client.GetHistoryAsync("markdown", 7, default)).Id);
    }

    [Fact]
    public async Task WhatTheHostDoesNotHaveIsSaid()
    {
        await using var endpoint = Start();
        var refused = await Assert.ThrowsAsync<OperatorException>(() => Client().RollbackAsync("unheard-of", default));
        Assert.Equal(OperatorProblemCode.NotFound, refused.Code);
        Assert.Contains("unheard-of", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnErrorInsideTheHostEndsOneRequestOnly()
    {
        await using var endpoint = Start();
        var refused = await Assert.ThrowsAsync<OperatorException>(() => Client().ConfirmAsync("broken", default));
        Assert.Equal(OperatorProblemCode.InternalError, refused.Code);
        Assert.Single((await Client().GetStatusAsync(default)).Components);
    }

    [Theory]
    [InlineData("nonsense", "BadRequest")]
    [InlineData("null", "BadRequest")]
    [InlineData("{}", "BadRequest")]
    [InlineData("{\"verb\":\"Status\"}", "BadRequest")]
    [InlineData("{\"version\":1}", "BadRequest")]
    [InlineData("{\"version\":1,\"verb\":\"Explode\"}", "BadRequest")]
    [InlineData("{\"version\":1,\"verb\":99}", "BadRequest")]
    [InlineData("{\"version\":1,\"verb\":\"Swap\"}", "BadRequest")]
    [InlineData("{\"version\":1,\"verb\":\"Swap\",\"component\":\"markdown\"}", "BadRequest")]
    [InlineData("{\"version\":1,\"verb\":\"Swap\",\"component\":\"markdown\",\"release\":\"2.0.0\",\"trial\":{\"duration\":\"-00:00:01\"}}", "BadRequest")]
    [InlineData("{\"version\":1,\"verb\":\"Swap\",\"component\":\"markdown\",\"release\":\"2.0.0\",\"trial\":{\"length\":5}}", "BadRequest")]
    [InlineData("{\"version\":1,\"verb\":\"Swap\",\"component\":\"markdown\",\"release\":\"2.0.0\",\"trial\":{\"whenInconclusive\":7}}", "BadRequest")]
    [InlineData("{\"version\":1,\"verb\":\"Status\",\"loudly\":true}", "BadRequest")]
    [InlineData("{\"version\":1,\"verb\":\"Why\",\"component\":\"markdown\",\"generation\":0}", "BadRequest")]
    [InlineData("{\"version\":1,\"verb\":\"History\",\"component\":\"markdown\",\"newest\":1000000}", "BadRequest")]
    [InlineData("{\"version\":2,\"verb\":\"Status\"}", "VersionNotSpoken")]
    [InlineData("{\"version\":2,\"verb\":\"SomethingNew\"}", "VersionNotSpoken")]
    public async Task WhatIsNoRequestIsRefusedWithTheReason(string line, string code)
    {
        await using var endpoint = Start();
        using var answer = JsonDocument.Parse(await SayAsync(line + "\n"));
        Assert.Equal(code, answer.RootElement.GetProperty("problem").GetProperty("code").GetString());
        Assert.Empty(_operator.Asked);
    }

    [Fact]
    public async Task AllThatIsWrongWithATrialIsToldAtOnce()
    {
        await using var endpoint = Start();
        var wrong = new TrialChanges { Duration = TimeSpan.FromDays(2), Share = double.BitIncrement(1), ShadowFraction = -1, MinimumCalls = -1, WhenInconclusive = (InconclusiveAction)9 };
        var refused = await Assert.ThrowsAsync<OperatorException>(() => Client().SwapAsync("", "2.0.0", wrong, default));
        Assert.Equal(OperatorProblemCode.BadRequest, refused.Code);
        Assert.All(["component", "one day", "share of calls lies", "to copy", "verdict needs", "inconclusive"], told => Assert.Contains(told, refused.Message, StringComparison.Ordinal));
        Assert.Empty(_operator.Asked);
    }

    [Fact]
    public void WhatIsNotChangedStaysAsConfigured()
    {
        var configured = new TrialOptions { Duration = TimeSpan.FromMinutes(7), Share = 0.1, ShadowFraction = 0.2, MinimumCalls = 3, WhenInconclusive = InconclusiveAction.Confirm, SlowdownAllowed = 9 };
        Assert.Equal(configured, default(TrialChanges).Over(configured));
        Assert.Equal(configured with { Share = 0.5 }, new TrialChanges { Share = 0.5 }.Over(configured));
        Assert.Equal(
            new TrialOptions { Duration = TimeSpan.FromSeconds(5), Share = 0.25, ShadowFraction = 0.5, MinimumCalls = 100, WhenInconclusive = InconclusiveAction.Confirm, SlowdownAllowed = 9 },
            s_everything.Over(configured));
    }

    [Fact]
    public async Task ARequestWithoutEndIsNotReadForEver()
    {
        await using var endpoint = Start();
        var answer = await SayAsync(new string('x', OperatorEndpoint.LongestRequest + 1));
        Assert.Contains("BadRequest", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnOperatorWhoSaysNothingIsNotWaitedForForEver()
    {
        await using var endpoint = Start();
        await using var pipe = await ConnectAsync();
        await _clock.WaitForTimersAsync(1, s_patience);

        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(0, await pipe.ReadAsync(new byte[1]).AsTask().WaitAsync(s_patience));
    }

    [Fact]
    public async Task WhatAnOperatorBeganGoesOnWhenHeGoesAway()
    {
        await using var endpoint = Start();
        var begun = _operator.Hold();
        using (var leave = new CancellationTokenSource())
        {
            var waiting = Client().StageAsync("markdown", "2.0.0", leave.Token);
            await begun.WaitAsync(s_patience);
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        // The host still answers others meanwhile.
        Assert.Single((await Client().GetStatusAsync(default)).Components);
        Assert.False(_operator.WasCancelled);
        _operator.LetGo();
        await _operator.Ended.WaitAsync(s_patience);
        Assert.False(_operator.WasCancelled);
    }

    [Fact]
    public async Task ManyOperatorsAreAnsweredInTheirTurn()
    {
        await using var endpoint = Start();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Client().GetStatusAsync(default))).WaitAsync(s_patience);
        Assert.All(answers, static answer => Assert.Single(answer.Components));
    }

    [Fact]
    public async Task OneRequestRightAfterAnotherIsNotTurnedAway()
    {
        // Between two listeners there was a moment with none, in which the socket went away.
        await using var endpoint = Start();
        for (var request = 0; request < 300; request++)
        {
            Assert.Single((await Client().GetStatusAsync(default).WaitAsync(s_patience)).Components);
        }
    }

    [Fact]
    public async Task AHostThatStopsTellsWhoeverWaitsAndIsNotFoundAnyMore()
    {
        var endpoint = Start();
        var begun = _operator.Hold();
        var waiting = Client().StageAsync("markdown", "2.0.0", default);
        await begun.WaitAsync(s_patience);

        await endpoint.DisposeAsync();

        Assert.Equal(OperatorProblemCode.HostStopping, (await Assert.ThrowsAsync<OperatorException>(() => waiting)).Code);
        var gone = await Assert.ThrowsAsync<OperatorException>(() => Client().GetStatusAsync(default));
        Assert.Equal(OperatorProblemCode.HostUnreachable, gone.Code);
        Assert.Contains("No host runs", gone.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "operator.json")));
    }

    [Fact]
    public async Task AHostThatWasKilledIsToldFromOneThatNeverWas()
    {
        var file = Path.Combine(_folder.Path, "operator.json");
        await using (var endpoint = Start())
        {
            File.Copy(file, file + ".kept");
        }

        File.Move(file + ".kept", file);
        var gone = await Assert.ThrowsAsync<OperatorException>(() => Client().GetStatusAsync(default));
        Assert.Equal(OperatorProblemCode.HostUnreachable, gone.Code);
        Assert.Contains($"process {Environment.ProcessId}", gone.Message, StringComparison.Ordinal);

        // And its successor takes its place.
        await using var next = Start();
        Assert.Single((await Client().GetStatusAsync(default)).Components);
    }

    [Fact]
    public async Task ADataFolderOfAnyLengthWillDo()
    {
        var deep = Directory.CreateDirectory(Path.Combine(_folder.Path, new string('a', 80), new string('b', 80))).FullName;
        await using var endpoint = OperatorEndpoint.Start(deep, _operator, _clock, NullLogger.Instance);
        Assert.Equal(deep, (await new OperatorClient(deep, TimeProvider.System).GetStatusAsync(default)).DataFolder);
    }

    public void Dispose() => _folder.Dispose();

    private OperatorEndpoint Start() => OperatorEndpoint.Start(_folder.Path, _operator, _clock, NullLogger.Instance);

    private OperatorClient Client() => new(_folder.Path, TimeProvider.System);

    private async Task<NamedPipeClientStream> ConnectAsync()
    {
        using var address = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(_folder.Path, "operator.json")));
        var pipe = new NamedPipeClientStream(".", address.RootElement.GetProperty("pipe").GetString()!, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await pipe.ConnectAsync(s_patience, default);
        return pipe;
    }

    private async Task<string> SayAsync(string words)
    {
        await using var pipe = await ConnectAsync();
        await pipe.WriteAsync(Encoding.UTF8.GetBytes(words));
        using var reader = new StreamReader(pipe);
        return await reader.ReadLineAsync().WaitAsync(s_patience) ?? "";
    }

    /// <summary>Stands for a host's engine, of which the endpoint knows nothing but this.</summary>
    private sealed class AskedOperator : IOperator
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _held;

        public static ComponentStatus Status { get; } = new("markdown", "IMarkdownRenderer", "1.0.0", "2.0.0", "swapping", [
            new(1, "markdown", "1.0.0", GenerationState.Lingering, true, DateTimeOffset.UnixEpoch, 2, new()
            {
                Generation = 1,
                Version = "1.0.0",
                IsGone = false,
                InFlight = [new("Render(string)", 2, TimeSpan.FromSeconds(70))],
                Unload = new(false, TimeSpan.FromSeconds(30), [new(PinKind.Timer, "a timer")]),
                Summary = "It lingers.",
            }),
        ]);

        public List<string> Asked { get; } = [];

        public bool WasCancelled { get; private set; }

        public Task Ended => _ended.Task;

        public Task Hold()
        {
            _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _begun.Task;
        }

        public void LetGo() => _held!.SetResult();

        public IReadOnlyList<ComponentStatus> GetStatus() => [Status];

        public IReadOnlyList<SwapRecord> GetHistory(string component, int newest) =>
            [new() { Id = $"swap-{newest}", Component = component, To = new("2.0.0", ""), StartedAt = DateTimeOffset.UnixEpoch, Step = "Load" }];

        public async Task<SwapAnswer> StageAsync(string component, string version, CancellationToken cancellationToken)
        {
            _begun.TrySetResult();
            try
            {
                await (_held?.Task ?? Task.CompletedTask).WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                WasCancelled = true;
                throw;
            }

            _ended.TrySetResult();
            return Answer(component, $"stage {component} {version}");
        }

        public Task<SwapAnswer> SwapAsync(string component, string version, TrialChanges trial, CancellationToken cancellationToken) =>
            Task.FromResult(Answer(component, $"swap {component} {version} {trial.Duration} {trial.Share} {trial.ShadowFraction} {trial.MinimumCalls} {trial.WhenInconclusive}".TrimEnd()));

        public Task<SwapAnswer> RollbackAsync(string component, CancellationToken cancellationToken) =>
            Task.FromResult(Answer(component, $"rollback {component}"));

        public Task<SwapAnswer> ConfirmAsync(string component, CancellationToken cancellationToken) =>
            component == "broken" ? throw new InvalidOperationException("broken") : Task.FromResult(Answer(component, $"confirm {component}"));

        public Task<IReadOnlyList<PinFinding>> ExplainAsync(string component, int generation, bool walkHeap, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<PinFinding>>([new(PinKind.Timer, $"{component} {generation} {walkHeap}")]);

        private SwapAnswer Answer(string component, string detail)
        {
            if (component == "unheard-of")
            {
                throw new KeyNotFoundException("The host has no component 'unheard-of'.");
            }

            lock (Asked)
            {
                Asked.Add(detail);
            }

            return new() { Component = component, Outcome = SwapOutcome.Completed, Reason = SwapReason.None, Detail = detail, To = "2.0.0" };
        }
    }
}
