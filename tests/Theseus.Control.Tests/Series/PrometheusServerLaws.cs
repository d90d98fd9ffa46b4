using System.Net;
using System.Net.Sockets;
using System.Text;
using Theseus.Control.Analysis;

namespace Theseus.Control.Tests.Series;

/// <summary>What is made of what a server answers that is asked as Prometheus is. A real one is asked by the acceptance scenarios.</summary>
public sealed class PrometheusServerLaws : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly PrometheusOptions _options = new() { Timeout = TimeSpan.FromSeconds(1) };
    private readonly List<string> _asked = [];

    public PrometheusServerLaws()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        _options.Address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/base");
        free.Stop();
        _listener.Prefixes.Add($"{_options.Address}/");
        _listener.Start();
    }

    public void Dispose() => _listener.Close();

    private async Task<double?> AskAsync(string answer, int status = 200)
    {
        using var server = new PrometheusServer(_options);
        var asking = server.QueryAsync("up{n=~\"a|b\"}", CancellationToken.None);
        var context = await _listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(30));
        using var reader = new StreamReader(context.Request.InputStream);
        _asked.Add($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath} {context.Request.Headers["Authorization"]} {WebUtility.UrlDecode(await reader.ReadToEndAsync())}");
        context.Response.StatusCode = status;
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer));
        context.Response.Close();
        return await asking.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static string Success(string type, string result) => $$$"""{"status":"success","data":{"resultType":"{{{type}}}","result":{{{result}}}}}""";

    [Theory]
    [InlineData("scalar", """[1,"2.5"]""", 2.5)]
    [InlineData("vector", """[{"metric":{},"value":[1,"1e-3"]}]""", 0.001)]
    [InlineData("vector", """[{"metric":{},"value":[1,"NaN"]}]""", double.NaN)]
    [InlineData("vector", """[{"metric":{},"value":[1,"+Inf"]}]""", double.PositiveInfinity)]
    [InlineData("vector", """[{"metric":{},"value":[1,"-Inf"]}]""", double.NegativeInfinity)]
    [InlineData("vector", "[]", null)]
    public async Task ANumberIsReadWhateverItIs(string type, string result, double? expected)
    {
        _options.Token = "guess-me";

        Assert.Equal(expected, await AskAsync(Success(type, result)));

        Assert.Equal("POST /base/api/v1/query Bearer guess-me query=up{n=~\"a|b\"}", Assert.Single(_asked));
    }

    [Theory]
    [InlineData(200, "up 1", "is no Prometheus, or it asks for a token")]
    [InlineData(200, "[]", "is no Prometheus")]
    [InlineData(401, "Unauthorized", "asks for a token")]
    [InlineData(200, """{"status":"success"}""", "is no Prometheus")]
    [InlineData(200, """{"status":"success","data":{"resultType":"scalar","result":[1,"many"]}}""", "is no Prometheus")]
    [InlineData(400, """{"status":"error","errorType":"bad_data","error":"parse error: unexpected end of input"}""", "Prometheus says: parse error: unexpected end of input")]
    [InlineData(200, """{"status":"success","data":{"resultType":"matrix","result":[]}}""", "a number is needed; put rate(…)")]
    [InlineData(200, """{"status":"success","data":{"resultType":"vector","result":[{"value":[1,"1"]},{"value":[1,"2"]}]}}""", "It comes to 2 series; put sum(…)")]
    public async Task WhatIsNoNumberIsToldWithWhatToDo(int status, string answer, string problem) =>
        Assert.Contains(problem, (await Assert.ThrowsAsync<MetricException>(() => AskAsync(answer, status))).Message);

    [Fact]
    public async Task OneThatDoesNotAnswerIsWaitedForNoLongerThanItsTime()
    {
        using var server = new PrometheusServer(_options);

        var failure = await Assert.ThrowsAsync<MetricException>(() => server.QueryAsync("up", CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Contains("does not answer", failure.Message);
        using var cancelled = new CancellationTokenSource(TimeSpan.Zero, TimeProvider.System);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.QueryAsync("up", cancelled.Token));
    }

    [Fact]
    public void ATokenIsNotSentWhereOthersCanReadIt()
    {
        Assert.Empty(_options.Validate());
        var open = new PrometheusOptions { Address = new Uri("http://prometheus.example.org:9090"), Token = "guess-me" };
        Assert.Contains("could be read on its way", Assert.Single(open.Validate()));
        Assert.DoesNotContain("guess-me", open.Validate()[0]);
        open.Address = new Uri("https://prometheus.example.org");
        Assert.Empty(open.Validate());
        Assert.Single(new PrometheusOptions { Address = new Uri("http://user:secret@127.0.0.1") }.Validate());
        Assert.Equal(2, new PrometheusOptions { Step = TimeSpan.Zero, Timeout = TimeSpan.FromHours(1) }.Validate().Count);
    }
}
