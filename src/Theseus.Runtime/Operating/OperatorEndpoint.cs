using System.IO.Pipes;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Theseus.Packaging;

namespace Theseus.Runtime.Operating;

/// <summary>
/// Lets operators on this machine, under the same user, steer a host: a named pipe, one request and one response for
/// each connection. What an operator began goes on when he goes away; it ends with the host.
/// </summary>
internal sealed partial class OperatorEndpoint : IAsyncDisposable
{
    internal const int LongestRequest = 64 << 10;

    // A Unix socket's path is limited to 104 bytes on some systems.
    private const int LongestSocketPath = 100;
    private const int ConnectionsAtMost = 8;
    private static readonly TimeSpan s_talk = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _free = new(ConnectionsAtMost, ConnectionsAtMost);
    private readonly HashSet<Task> _conversations = [];
    private readonly string _file;
    private readonly string _pipe;
    private readonly OperatorDesk _desk;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Task _accepting;

    private OperatorEndpoint(string folder, string pipe, OperatorDesk desk, TimeProvider time, ILogger log)
    {
        (_file, _pipe, _desk, _time, _log) = (Path.Combine(folder, OperatorAddress.FileName), pipe, desk, time, log);
        _accepting = AcceptAsync(Listen());
    }

    /// <summary>Opens the endpoint of a host. Its data folder must belong to this process alone.</summary>
    /// <exception cref="IOException">The pipe cannot be made.</exception>
    public static OperatorEndpoint Start(string dataFolder, IOperator host, TimeProvider time, ILogger log)
    {
        dataFolder = Path.GetFullPath(dataFolder);
        var now = time.GetUtcNow();
        var pipe = PipeOf(dataFolder);
        var endpoint = new OperatorEndpoint(dataFolder, pipe, new(host, dataFolder, now, log), time, log);
        // Written when somebody listens, and as a whole.
        var address = new OperatorAddress(OperatorRequest.CurrentVersion, pipe, Environment.ProcessId, now);
        try
        {
            PrivateFolder.WriteFile(endpoint._file + ".tmp", JsonSerializer.SerializeToUtf8Bytes(address, OperatorJson.Default.OperatorAddress));
            File.Move(endpoint._file + ".tmp", endpoint._file, overwrite: true);
            return endpoint;
        }
        catch
        {
            // Nobody could find it: the loop ends by itself once it is told.
            endpoint._stopping.Cancel();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        File.Delete(_file);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        Task[] left;
        lock (_conversations)
        {
            left = [.. _conversations];
        }

        // They have been told to stop. What does not is the operation's affair, which has deadlines of its own.
        await Task.WhenAll(left).WaitAsync(s_talk, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // In the data folder where the path is short enough: there nobody else can take its place.
    private static string PipeOf(string dataFolder)
    {
        var socket = Path.Combine(dataFolder, "operator.sock");
        return !OperatingSystem.IsWindows() && Encoding.UTF8.GetByteCount(socket) <= LongestSocketPath
            ? socket
            : $"theseus-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)))[..24]}";
    }

    private NamedPipeServerStream Listen() =>
        new(_pipe, PipeDirection.InOut, ConnectionsAtMost + 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);

    private async Task AcceptAsync(NamedPipeServerStream listening)
    {
        try
        {
            while (true)
            {
                await _free.WaitAsync(_stopping.Token).ConfigureAwait(false);
                var isConnected = await ConnectAsync(listening).ConfigureAwait(false);
                // The next listener is made before this conversation can end. On Unix all of a process's pipes of one name
                // share one listening socket, which is closed with the last of them. A client's connect succeeds as soon
                // as it stands in that socket's queue; whoever still stands there when it is closed is told 'connection
                // reset', after having written a request that nobody reads. So there is a listener without a break, also
                // while all conversations are taken and nobody is let in: those who wait, wait in its queue, which the
                // runtime makes as long as the system allows.
                // Nobody is reset at a conversation's end: its request was read to the end of its line, nothing is left
                // unread, and what was written to a closed Unix socket's other side can still be read there.
                var connected = listening;
                listening = Listen();
                if (isConnected)
                {
                    Track(TalkAsync(connected));
                }
                else
                {
                    await connected.DisposeAsync().ConfigureAwait(false);
                    _free.Release();
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception e)
        {
            // The loop's boundary: the host serves on without its endpoint.
            LogEnded(_log, e);
        }
        finally
        {
            await listening.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> ConnectAsync(NamedPipeServerStream pipe)
    {
        try
        {
            await pipe.WaitForConnectionAsync(_stopping.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            LogTurnedAway(_log, e.Message);
            return false;
        }
        catch (SocketException e)
        {
            // Accepting failed, for want of descriptors or memory, say. Were this to end the loop, everybody in the queue
            // would be reset and no operator heard again; so it is tried again, though not at once: it would fail at once.
            LogTurnedAway(_log, e.Message);
            await Task.Delay(s_pause, _time, _stopping.Token).ConfigureAwait(false);
            return false;
        }
    }

    private void Track(Task conversation)
    {
        lock (_conversations)
        {
            _conversations.Add(conversation);
        }

        _ = conversation.ContinueWith(
            ended =>
            {
                lock (_conversations)
                {
                    _conversations.Remove(ended);
                }

                _free.Release();
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task TalkAsync(NamedPipeServerStream pipe)
    {
        await using (pipe.ConfigureAwait(false))
        {
            try
            {
                var line = await InTimeAsync(token => JsonLines.ReadAsync(pipe, LongestRequest, token)).ConfigureAwait(false);
                var response = await _desk.AnswerAsync(line, _stopping.Token).ConfigureAwait(false);
                await InTimeAsync(async token =>
                {
                    await JsonLines.WriteAsync(pipe, response, OperatorJson.Default.OperatorResponse, token).ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The operator has gone away, or said nothing in time.
                LogTurnedAway(_log, e.Message);
            }
        }
    }

    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> talk)
    {
        using var limit = new CancellationTokenSource(s_talk, _time);
        return await talk(limit.Token).ConfigureAwait(false);
    }

    [LoggerMessage(2402, LogLevel.Warning, "An operator's connection was ended: {Problem}")]
    private static partial void LogTurnedAway(ILogger log, string problem);

    [LoggerMessage(2403, LogLevel.Error, "The operator endpoint has ended; the host cannot be steered by the command line until it is started again")]
    private static partial void LogEnded(ILogger log, Exception exception);
}
