using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Theseus.Fleet;

namespace Theseus.Server.Tests;

/// <summary>The server itself: where it listens, what it says of itself, and the API in another application.</summary>
public sealed partial class ServerLaws
{
    [Theory]
    [InlineData("http://127.0.0.1:8630", false, true)]
    [InlineData("http://localhost:8630", false, true)]
    [InlineData("http://[::1]:8630", false, true)]
    [InlineData("http://0.0.0.0:8630", false, false)]
    [InlineData("http://[::]:8630", false, false)]
    [InlineData("http://192.168.1.1:8630", false, false)]
    [InlineData("http://0.0.0.0:8630", true, true)]
    [InlineData("http://example.org:8630", true, false)]
    [InlineData("http://*:8630", true, false)]
    [InlineData("https://127.0.0.1:8630", false, false)]
    [InlineData("ftp://127.0.0.1", true, false)]
    [InlineData("http://127.0.0.1/below", true, false)]
    [InlineData("", true, false)]
    public void ItListensForOthersWithoutEncryptionOnlyWhenThatIsSaid(string address, bool allowInsecure, bool isGood)
    {
        var options = new TheseusServerOptions { Address = address, AllowInsecure = allowInsecure };
        options.ControlPlane.DataFolder = "data";

        Assert.Equal(isGood, options.Validate().Count == 0);
    }

    [Fact]
    public async Task OptionsThatCannotBeUsedAreRefusedWithAllThatIsWrongBeforeAnythingIsMade()
    {
        var options = new TheseusServerOptions { Address = "http://0.0.0.0:0" };
        options.Api.MostEventStreams = 0;

        var refused = await Assert.ThrowsAsync<ArgumentException>(
            () => TheseusServer.StartAsync(options, new InProcessChannel(), null, NullLoggerFactory.Instance, CancellationToken.None));

        Assert.Contains("AllowInsecure", refused.Message);
        Assert.Contains("DataFolder", refused.Message);
        Assert.Contains("MostEventStreams", refused.Message);
    }

    [Fact]
    public void ByDefaultItListensToThisMachineAlone() => Assert.Equal("http://127.0.0.1:8630", new TheseusServerOptions().Address);

    [Fact]
    public async Task TheDocumentDescribesEveryEndpointWithItsTypesAndNames()
    {
        await using var server = await RunningServer.StartAsync();

        using var document = JsonDocument.Parse(await server.Admin.GetStringAsync("/api/v1/openapi.json"));

        var paths = document.RootElement.GetProperty("paths");
        var operations = paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject()).ToList();
        Assert.Equal(54, operations.Count);
        Assert.All(operations, one => Assert.False(string.IsNullOrEmpty(one.Value.GetProperty("summary").GetString())));
        Assert.Equal(operations.Count, operations.Select(one => one.Value.GetProperty("operationId").GetString()).Distinct().Count());
        Assert.True(paths.GetProperty("/api/v1/upgrades").GetProperty("post").TryGetProperty("requestBody", out _));
        Assert.Contains(paths.GetProperty("/api/v1/upgrades").GetProperty("post").GetProperty("parameters").EnumerateArray(), one => one.GetProperty("name").GetString() == "Idempotency-Key");
        Assert.All(
            operations.SelectMany(one => one.Value.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : []).Where(one => one.GetProperty("in").GetString() == "query"),
            one => Assert.False(string.IsNullOrEmpty(one.GetProperty("description").GetString())));
        Assert.Equal("string", document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("NuGetVersion").GetProperty("type").GetString());
        Assert.True(document.RootElement.GetProperty("components").GetProperty("schemas").TryGetProperty("ApiProblem", out _));
        var role = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("AccessRole");
        Assert.Equal(["Viewer", "Operator", "Approver", "Admin"], role.GetProperty("enum").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task TheApiWorksInAnApplicationOfTheUsersOwn()
    {
        var folder = Directory.CreateTempSubdirectory("theseus-embedded-").FullName;
        var options = new ControlPlaneOptions { DataFolder = folder };
        await using (var plane = await ControlPlane.StartAsync(options, new InProcessChannel(), null, NullLoggerFactory.Instance, CancellationToken.None))
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Services.AddTheseusApi(plane);
            await using var application = builder.Build();
            application.Urls.Add("http://127.0.0.1:0");
            application.MapGet("/", () => "the user's own");
            application.MapTheseusApi();
            await application.StartAsync();
            using var client = new HttpClient { BaseAddress = new Uri(application.Urls.First()), Timeout = RunningServer.Deadline };
            var token = await application.Services.GetRequiredService<TokenIssuer>().EnsureAdminAsync(CancellationToken.None);

            Assert.Equal("the user's own", await client.GetStringAsync("/"));
            using var closed = await client.GetAsync("/api/v1/status");
            await closed.AsProblemAsync(ErrorCode.Unauthorized);
            client.DefaultRequestHeaders.Authorization = new("Bearer", token!.Text);
            Assert.Equal(0, (await client.ReadAsync<ServerStatus>("/status")).Nodes);
            using var large = await client.PostAsync("/line/stop", $$"""{ "why": "{{new string('x', 300 * 1024)}}" }""");
            await large.AsProblemAsync(ErrorCode.TooLarge);
            using var bad = await client.PostAsync("/tokens", "{");
            await bad.AsProblemAsync(ErrorCode.InvalidRequest);
            await application.StopAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void TheListOfCodesIsCompleteAndTheGuideHasItAsItIs()
    {
        var declared = typeof(ErrorCode).GetFields().Select(field => field.GetValue(null)).OfType<ErrorCode>().ToList();
        var told = Row().Matches(File.ReadAllText(Path.Combine(Root(), "docs", "guides", "api.md"))).Select(row => $"{row.Groups["code"].Value} {row.Groups["status"].Value}");

        Assert.Equal(declared, ErrorCode.All);
        Assert.Equal(ErrorCode.All.Count, ErrorCode.All.Select(code => code.Name).Distinct().Count());
        Assert.Equal(ErrorCode.All.Select(code => $"{code.Name} {code.Status}"), told);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Theseus.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"^\| `(?<code>[a-z-]+)` \| (?<status>\d{3}) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
