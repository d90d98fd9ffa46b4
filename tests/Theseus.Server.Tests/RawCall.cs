using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Theseus.Server.Tests;

/// <summary>A caller that writes what it likes onto the wire, byte by byte. No client library would.</summary>
internal sealed class RawCall : IDisposable
{
    private readonly TcpClient _tcp = new();
    private readonly CancellationTokenSource _deadline = new(RunningServer.Deadline);
    private readonly StreamReader _reader;

    private RawCall(Uri address)
    {
        _tcp.Connect(address.Host, address.Port);
        _reader = new StreamReader(_tcp.GetStream(), Encoding.UTF8);
    }

    public static RawCall To(RunningServer server) => new(server.Server.Address);

    public Task WriteAsync(string text) => _tcp.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text), _deadline.Token).AsTask();

    /// <summary>Writes until the server does not take any more.</summary>
    public async Task WriteAsLongAsItIsTakenAsync(string text, int times)
    {
        try
        {
            for (var i = 0; i < times; i++)
            {
                await WriteAsync(text);
            }
        }
        catch (IOException)
        {
        }
    }

    /// <summary>The next answer: its status, and its body.</summary>
    public async Task<(int Status, string Body)> ReadAsync()
    {
        var status = int.Parse((await LineAsync()).Split(' ')[1], CultureInfo.InvariantCulture);
        var length = 0;
        while (await LineAsync() is { Length: > 0 } header)
        {
            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            {
                length = int.Parse(header[15..], CultureInfo.InvariantCulture);
            }
        }

        // Even for nothing the reader would wait for something to come.
        var body = new char[length];
        return (status, length == 0 ? "" : new string(body, 0, await _reader.ReadBlockAsync(body, _deadline.Token)));
    }

    /// <summary>The next answer, which is a problem.</summary>
    public async Task<ApiProblem> ReadProblemAsync(ErrorCode expected)
    {
        var (status, body) = await ReadAsync();
        Assert.True(status == expected.Status, $"{status}, not {expected}: {body}");
        var problem = JsonSerializer.Deserialize(body, ApiJson.TypeOf<ApiProblem>())!;
        Assert.Equal((expected.Name, expected.Title), (problem.Code, problem.Title));
        return problem;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _tcp.Dispose();
        _deadline.Dispose();
    }

    private async Task<string> LineAsync() => await _reader.ReadLineAsync(_deadline.Token) ?? throw new IOException("The server closed the connection.");
}
