using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;

namespace Theseus.Servers;

/// <summary>A virtual host of a test's own, and the user who may do everything there and nothing elsewhere.</summary>
public sealed record RabbitVirtualHost(string Name, string User, string Password);

/// <summary>What an administrator does with a <see cref="RabbitServer"/>, by its HTTP API.</summary>
public sealed class RabbitAdministration : IDisposable
{
    internal const string User = "admin";

    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);

    private readonly HttpClient _client = new() { Timeout = s_deadline };
    private Uri _base = new("http://127.0.0.1/");
    private int _virtualHosts;

    internal RabbitAdministration(string password)
    {
        Password = password;
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{password}")));
    }

    internal string Password { get; }

    /// <summary>Makes a virtual host, and a user for it.</summary>
    public async Task<RabbitVirtualHost> CreateVirtualHostAsync()
    {
        var made = new RabbitVirtualHost($"v{Interlocked.Increment(ref _virtualHosts)}", $"u{_virtualHosts}-{Guid.NewGuid():n}", RandomPassword());
        await PutAsync($"vhosts/{made.Name}", new { });
        await CreateUserAsync(made.Name, made.User, made.Password, ".*", ".*", ".*");
        return made;
    }

    /// <summary>Makes a user of a virtual host.</summary>
    public async Task CreateUserAsync(string virtualHost, string user, string password, string configure, string write, string read)
    {
        await PutAsync($"users/{Uri.EscapeDataString(user)}", new { password, tags = "" });
        await PutAsync($"permissions/{virtualHost}/{Uri.EscapeDataString(user)}", new { configure, write, read });
    }

    /// <summary>A random password.</summary>
    public static string RandomPassword() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    internal void Connect(int port) => _base = new Uri($"http://127.0.0.1:{port}/api/");

    private async Task PutAsync(string path, object body)
    {
        using var answer = await _client.PutAsJsonAsync(Api(path), body);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"RabbitMQ answers PUT {path} with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }
    }

    private Uri Api(string path) => new(_base, path);
}
