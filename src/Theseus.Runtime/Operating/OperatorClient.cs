using System.IO.Pipes;
using System.Text.Json;

namespace Theseus.Runtime.Operating;

/// <summary>
/// Steers a host on this machine that runs under the same user, through the endpoint that its data folder names.
/// Thread-safe; each request is a connection of its own.
/// </summary>
/// <param name="dataFolder">The host's data folder (<see cref="TheseusOptions.DataFolder"/>).</param>
/// <param name="time">The clock for the deadlines.</param>
public sealed class OperatorClient(string dataFolder, TimeProvider time)
{
    private const int LongestResponse = 16 << 20;
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_question = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_operation = TimeSpan.FromHours(25);

    /// <summary>Tells what the host has loaded.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperatorException">The host does not answer, or refuses.</exception>
    public async Task<HostStatus> GetStatusAsync(CancellationToken cancellationToken) =>
        (await AskAsync(Request(OperatorVerb.Status), s_question, cancellationToken).ConfigureAwait(false)).Status ?? throw Nonsense();

    /// <summary>The newest records of a component's swaps, the newest first.</summary>
    /// <param name="component">The component.</param>
    /// <param name="newest">How many at most: 1 to 1000.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperatorException">The host does not answer, or refuses.</exception>
    public async Task<IReadOnlyList<SwapRecord>> GetHistoryAsync(string component, int newest, CancellationToken cancellationToken) =>
        (await AskAsync(Request(OperatorVerb.History) with { Component = component, Newest = newest }, s_question, cancellationToken).ConfigureAwait(false)).History ?? throw Nonsense();

    /// <summary>Tells what keeps a generation in memory.</summary>
    /// <param name="component">The component.</param>
    /// <param name="generation">The generation's number.</param>
    /// <param name="walkHeap">Whether to search the heap, for which the host is suspended while it is looked at.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperatorException">The host does not answer, or refuses.</exception>
    public async Task<IReadOnlyList<PinFinding>> ExplainAsync(string component, int generation, bool walkHeap, CancellationToken cancellationToken) =>
        (await AskAsync(Request(OperatorVerb.Why) with { Component = component, Generation = generation, WalkHeap = walkHeap }, s_operation, cancellationToken).ConfigureAwait(false)).Pins ?? throw Nonsense();

    /// <summary>Makes a release ready beside the one that serves.</summary>
    /// <param name="component">The component.</param>
    /// <param name="version">The release's version.</param>
    /// <param name="cancellationToken">Stops waiting; the host goes on.</param>
    /// <exception cref="OperatorException">The host does not answer, or refuses.</exception>
    public Task<SwapAnswer> StageAsync(string component, string version, CancellationToken cancellationToken) =>
        OperateAsync(Request(OperatorVerb.Stage) with { Component = component, Release = version }, cancellationToken);

    /// <summary>Swaps a component to a release; completes when it is confirmed or taken back.</summary>
    /// <param name="component">The component.</param>
    /// <param name="version">The release's version.</param>
    /// <param name="trial">How long its trial is; null for the component's own setting, zero for none.</param>
    /// <param name="cancellationToken">Stops waiting; the host goes on.</param>
    /// <exception cref="OperatorException">The host does not answer, or refuses.</exception>
    public Task<SwapAnswer> SwapAsync(string component, string version, TimeSpan? trial, CancellationToken cancellationToken) =>
        SwapAsync(component, version, new TrialChanges { Duration = trial }, cancellationToken);

    /// <summary>Swaps a component to a release; completes when it is confirmed or taken back.</summary>
    /// <param name="component">The component.</param>
    /// <param name="version">The release's version.</param>
    /// <param name="trial">What its trial is to be other than configured. The host tells all that is wrong with it at once, and then begins nothing.</param>
    /// <param name="cancellationToken">Stops waiting; the host goes on.</param>
    /// <exception cref="OperatorException">The host does not answer, or refuses.</exception>
    public Task<SwapAnswer> SwapAsync(string component, string version, TrialChanges trial, CancellationToken cancellationToken) =>
        OperateAsync(Request(OperatorVerb.Swap) with { Component = component, Release = version, Trial = trial == default ? null : trial }, cancellationToken);

    /// <summary>Takes back what is on trial; otherwise goes back to the release that was confirmed before.</summary>
    /// <param name="component">The component.</param>
    /// <param name="cancellationToken">Stops waiting; the host goes on.</param>
    /// <exception cref="OperatorException">The host does not answer, or refuses.</exception>
    public Task<SwapAnswer> RollbackAsync(string component, CancellationToken cancellationToken) =>
        OperateAsync(Request(OperatorVerb.Rollback) with { Component = component }, cancellationToken);

    /// <summary>Confirms what is on trial.</summary>
    /// <param name="component">The component.</param>
    /// <param name="cancellationToken">Stops waiting; the host goes on.</param>
    /// <exception cref="OperatorException">The host does not answer, or refuses.</exception>
    public Task<SwapAnswer> ConfirmAsync(string component, CancellationToken cancellationToken) =>
        OperateAsync(Request(OperatorVerb.Confirm) with { Component = component }, cancellationToken);

    private static OperatorRequest Request(OperatorVerb verb) => new(OperatorRequest.CurrentVersion, verb);

    private async Task<SwapAnswer> OperateAsync(OperatorRequest request, CancellationToken cancellationToken) =>
        (await AskAsync(request, s_operation, cancellationToken).ConfigureAwait(false)).Swap ?? throw Nonsense();

    private async Task<OperatorResponse> AskAsync(OperatorRequest request, TimeSpan limit, CancellationToken cancellationToken)
    {
        var address = ReadAddress();
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            var pipe = new NamedPipeClientStream(".", address.Pipe, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            await using (pipe.ConfigureAwait(false))
            {
                await pipe.ConnectAsync(s_connect, either.Token).ConfigureAwait(false);
                await JsonLines.WriteAsync(pipe, request, RequestJson.Default.OperatorRequest, either.Token).ConfigureAwait(false);
                return Read(await JsonLines.ReadAsync(pipe, LongestResponse, either.Token).ConfigureAwait(false));
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable($"The host, process {address.ProcessId}, did not answer within {limit.TotalSeconds:0} s.", null);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            throw Unreachable($"The host, process {address.ProcessId}, does not answer: {e.Message} It may have ended without a chance to say so.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Unreachable($"The host, process {address.ProcessId}, runs under another user, who alone may steer it.", e);
        }
    }

    private OperatorAddress ReadAddress()
    {
        var path = Path.Combine(Path.GetFullPath(dataFolder), OperatorAddress.FileName);
        try
        {
            var address = JsonSerializer.Deserialize(File.ReadAllBytes(path), OperatorJson.Default.OperatorAddress);
            return address ?? throw new JsonException("It is empty.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unreachable($"No host runs with the data folder '{Path.GetFullPath(dataFolder)}', or its operator endpoint is switched off.", e);
        }
        catch (Exception e) when (e is JsonException or UnauthorizedAccessException or IOException)
        {
            throw Unreachable($"File '{path}', which tells how to reach the host, cannot be read: {e.Message}", e);
        }
    }

    private static OperatorResponse Read(byte[]? line)
    {
        OperatorResponse? response;
        try
        {
            response = line is null ? null : JsonSerializer.Deserialize(line, OperatorJson.Default.OperatorResponse);
        }
        catch (JsonException)
        {
            throw Nonsense();
        }

        return response switch
        {
            null => throw Unreachable("The host ended the connection without an answer.", null),
            { Problem: { } problem } => throw new OperatorException(problem.Code, problem.Message),
            _ => response,
        };
    }

    private static OperatorException Unreachable(string message, Exception? cause) => new(OperatorProblemCode.HostUnreachable, message, cause);

    private static OperatorException Nonsense() =>
        new(OperatorProblemCode.VersionNotSpoken, "The host's answer is not understood. Use the command of the host's own version.");
}
