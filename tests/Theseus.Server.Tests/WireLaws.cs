using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Theseus.Server.Tests;

/// <summary>What comes over the wire: encrypted, and in whatever shape a caller may send it.</summary>
public sealed class WireLaws
{
    [Fact]
    public async Task OverHttpsItShowsItsCertificateAndTalksToNobodyWithoutEncryption()
    {
        using var certificate = MakeCertificate();
        await using var server = await RunningServer.StartAsync(options => (options.Address, options.Certificate) = ("https://127.0.0.1:0", certificate));
        using var trusting = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString() },
        });
        trusting.DefaultRequestHeaders.Authorization = new("Bearer", server.Server.FirstToken!.Text);
        trusting.BaseAddress = server.Server.Address;
        using var wary = new HttpClient { BaseAddress = server.Server.Address };
        using var plain = new HttpClient { BaseAddress = new UriBuilder(server.Server.Address) { Scheme = "http" }.Uri };

        Assert.Equal("https", server.Server.Address.Scheme);
        Assert.Equal(0, (await trusting.ReadAsync<ServerStatus>("/status")).Nodes);
        Assert.Equal(HttpRequestError.SecureConnectionError, (await Assert.ThrowsAsync<HttpRequestException>(() => wary.GetAsync("/api/v1/health"))).HttpRequestError);
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync("/api/v1/health"));
    }

    [Fact]
    public async Task HeadersThatAreTooLargeOrTooManyAreRefusedByTheirStatusAlone()
    {
        await using var server = await RunningServer.StartAsync();
        foreach (var (request, status) in new[]
        {
            ($"GET /api/v1/health HTTP/1.1\r\nHost: a\r\nX-Long: {new string('x', 17 * 1024)}\r\n\r\n", 431),
            ($"GET /api/v1/health HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 64).Select(i => $"X-{i}: 1\r\n"))}\r\n", 431),
            ($"GET /{new string('x', 9 * 1024)} HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            ("GET /api/v1/health HTTP/1.1\r\nHost a\r\n\r\n", 400),
            ("GET /api/v1/health HTTP/1.1\r\n\r\n", 400),
            ("nonsense\r\n\r\n", 400),
        })
        {
            using var call = RawCall.To(server);
            await call.WriteAsLongAsItIsTakenAsync(request, 1);
            Assert.Equal((status, ""), await call.ReadAsync());
        }

        Assert.Equal("""{"status":"alive"}""", await server.Nobody.GetStringAsync("/api/v1/health"));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(4_000)]
    public async Task AChunkedBodyThatIsTooLargeIsSaidToBeThatHoweverMuchOfItComes(int kibibytes)
    {
        await using var server = await RunningServer.StartAsync();
        using var call = RawCall.To(server);
        await call.WriteAsync($"{Post(server, "/line/stop")}Transfer-Encoding: chunked\r\n\r\n");

        var writing = call.WriteAsLongAsItIsTakenAsync($"400\r\n{new string(' ', 1024)}\r\n", kibibytes);

        await call.ReadProblemAsync(ErrorCode.TooLarge);
        await writing;
        Assert.Null(await server.Server.ControlPlane.Upgrades.GetLineStopAsync(CancellationToken.None));
    }

    [Fact]
    public async Task ABodyThatComesTooSlowlyIsSaidToBeThatAndNothingIsDone()
    {
        await using var server = await RunningServer.StartAsync();
        using var call = RawCall.To(server);

        await call.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{Post(server, "/line/stop")}Content-Length: 1000\r\n\r\n{{ \"why\": \"smo"));

        await call.ReadProblemAsync(ErrorCode.TooSlow);
        Assert.Null(await server.Server.ControlPlane.Upgrades.GetLineStopAsync(CancellationToken.None));
    }

    [Fact]
    public async Task ABodyThatBreaksOffDoesNothing()
    {
        await using var server = await RunningServer.StartAsync();
        using (var call = RawCall.To(server))
        {
            await call.WriteAsync($"{Post(server, "/line/stop")}Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n");
            Assert.Equal(100, (await call.ReadAsync()).Status);
            await call.WriteAsync("""{ "why": "smoke" }""");
        }

        using var after = await server.Admin.GetAsync("/api/v1/line");
        Assert.Equal(new LineStatus(false, null), await after.AsAsync<LineStatus>(HttpStatusCode.OK));
    }

    /// <summary>The first lines of a request by the admin, to which others may be added.</summary>
    internal static string Post(RunningServer server, string path) =>
        $"POST {Calls.Api}{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {server.Server.FirstToken!.Text}\r\nContent-Type: application/json\r\n";

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=theseus-test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        // Windows' own TLS takes no key that lives in memory alone.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
