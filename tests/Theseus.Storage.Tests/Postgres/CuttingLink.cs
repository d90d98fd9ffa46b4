using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Theseus.Storage.Tests.Postgres;

/// <summary>Where a link is cut.</summary>
public enum Cut
{
    /// <summary>The commit does not reach the server.</summary>
    BeforeCommit,

    /// <summary>The commit does not reach the server, and nor does the end of the link: it waits, with its locks.</summary>
    BeforeCommitUnnoticed,

    /// <summary>The commit reaches the server, its answer does not come back.</summary>
    AfterCommit,
}

/// <summary>
/// A link to a server that carries everything until a commit, at which it is cut; after that it carries everything again, or
/// nothing any more.
/// </summary>
internal sealed class CuttingLink : IAsyncDisposable
{
    // The whole statement: 'READ COMMITTED' begins the same way.
    private static readonly byte[] s_commit = "COMMIT\0"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _server;
    private readonly Task _accepting;
    private Cut? _next;
    private bool _forGood;

    public CuttingLink(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>How often it was cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>A connection string that leads through it.</summary>
    public string Through(string address) =>
        new NpgsqlConnectionStringBuilder(address) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port, SslMode = SslMode.Disable, GssEncryptionMode = GssEncryptionMode.Disable }.ConnectionString;

    /// <summary>Cuts at the next commit.</summary>
    public void CutNext(Cut cut, bool forGood = false) => (_next, _forGood) = (cut, forGood);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Stop();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        var links = new List<Task>();
        try
        {
            while (true)
            {
                links.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(links);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var from = client;
        if (_forGood && Cuts > 0)
        {
            return;
        }

        using var to = new TcpClient();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        try
        {
            await to.ConnectAsync(IPAddress.Loopback, _server, over.Token);
            var (there, back) = (from.GetStream(), to.GetStream());
            var answers = back.CopyToAsync(there, over.Token);
            var buffer = new byte[64 * 1024];
            while (await there.ReadAsync(buffer, over.Token) is > 0 and var count)
            {
                var sent = buffer.AsMemory(0, count);
                if (_next is { } cut && sent.Span.IndexOf(s_commit) >= 0)
                {
                    (_next, Cuts) = (null, Cuts + 1);
                    if (cut == Cut.AfterCommit)
                    {
                        // What comes back is kept from the client, but waited for: the server has done it then.
                        from.Client.Shutdown(SocketShutdown.Send);
                        await back.WriteAsync(sent, over.Token);
                        to.Client.Shutdown(SocketShutdown.Send);
                    }

                    if (cut == Cut.BeforeCommit)
                    {
                        to.Close();
                    }

                    break;
                }

                await back.WriteAsync(sent, over.Token);
            }

            from.Close();
            await answers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
        }
    }
}
