using System.CommandLine;
using System.Net.Sockets;
using Theseus.Server;

namespace Theseus.Cli.Control;

/// <summary>
/// Which control plane is asked, and with which token. The token itself is never an argument: other users of the machine
/// can read those.
/// </summary>
internal sealed class ControlConnection(Surroundings surroundings)
{
    /// <summary>The folder of <c>theseus serve</c>, where nothing else is said.</summary>
    public const string DefaultData = ".theseus-control";

    private const string ServerVariable = "THESEUS_SERVER";
    private const string TokenVariable = "THESEUS_TOKEN";
    private const string TokenFileVariable = "THESEUS_TOKEN_FILE";

    private static readonly string s_defaultTokenFile = Path.Combine(DefaultData, TokenIssuer.FirstTokenFile);

    private readonly Option<string?> _server = new("--server")
    {
        Description = $"The control plane's address. By default what {ServerVariable} says, otherwise {TheseusServerOptions.DefaultAddress}.",
        HelpName = "ADDRESS",
        Recursive = true,
    };

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = $"The file that has the token. By default the token is what {TokenVariable} says, otherwise in the file that {TokenFileVariable} names, otherwise in {s_defaultTokenFile}.",
        HelpName = "FILE",
        Recursive = true,
    };

    public void AddTo(Command root)
    {
        root.Options.Add(_server);
        root.Options.Add(_tokenFile);
    }

    /// <summary>Asks, and says in words what hinders it.</summary>
    public async Task<int> AskAsync(ParseResult parsed, Output output, Func<ControlClient, Task<int>> ask)
    {
        var server = Named(parsed.GetValue(_server), ServerVariable) ?? TheseusServerOptions.DefaultAddress;
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            return output.Problem(ExitCode.Usage, "Usage", $"'{server}' is no address of a control plane; write it like {TheseusServerOptions.DefaultAddress}.");
        }

        if (address.Scheme == "http" && !address.IsLoopback)
        {
            return output.Problem(ExitCode.Usage, "Usage", $"The token would go to {address.Host} without encryption. Write an address that begins with https.");
        }

        string token;
        try
        {
            token = await TokenAsync(parsed).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return output.Problem(ExitCode.NotAllowed, "NoToken", $"There is no token: {e.Message} Set {TokenVariable}, or name the file that has it by --token-file. 'theseus serve' writes the first one, of an admin, to {TokenIssuer.FirstTokenFile} in its data folder.");
        }

        using var client = new ControlClient(address, token);
        try
        {
            return await ask(client).ConfigureAwait(false);
        }
        catch (ControlProblemException problem)
        {
            return output.Problem(problem.ExitCode, problem.Problem.Code, problem.Message);
        }
        catch (HttpRequestException failure) when (failure.InnerException is SocketException || failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            return output.Problem(ExitCode.Unreachable, "Unreachable", $"No control plane answers at {address.GetLeftPart(UriPartial.Authority)}: {failure.Message}. Start one by 'theseus serve', or name another by --server.");
        }
        catch (HttpRequestException failure)
        {
            return output.Problem(ExitCode.Unreachable, "Unreachable", $"The control plane at {address.GetLeftPart(UriPartial.Authority)} could not be asked: {failure.Message}");
        }
    }

    private async Task<string> TokenAsync(ParseResult parsed)
    {
        var file = parsed.GetValue(_tokenFile);
        if (file is null && Named(null, TokenVariable) is { } token)
        {
            return token.Trim();
        }

        return (await File.ReadAllTextAsync(file ?? Named(null, TokenFileVariable) ?? s_defaultTokenFile).ConfigureAwait(false)).Trim();
    }

    private string? Named(string? option, string variable) => option ?? (surroundings.Environment(variable) is { Length: > 0 } value ? value : null);
}
