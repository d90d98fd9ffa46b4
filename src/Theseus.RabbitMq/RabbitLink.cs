using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Theseus.Fleet.Wire;

namespace Theseus.RabbitMq;

/// <summary>
/// A connection to RabbitMQ that is made anew whenever it is lost, until it is disposed of. What is sent while there is none
/// is dropped: whoever sends sends again. Thread-safe.
/// </summary>
internal sealed class RabbitLink : IAsyncDisposable
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longestEnd = TimeSpan.FromSeconds(5);

    private readonly RabbitOptions _options;
    private readonly string _purpose;
    private readonly Func<IChannel, CancellationToken, Task> _setUp;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Occasionally _dropped;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private volatile IChannel? _channel;

    /// <param name="options">How the broker is reached.</param>
    /// <param name="purpose">What it is for, for logs.</param>
    /// <param name="setUp">Declares and reads what is to be, on each new connection.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it logs.</param>
    public RabbitLink(RabbitOptions options, string purpose, Func<IChannel, CancellationToken, Task> setUp, TimeProvider time, ILogger logger)
    {
        options.ThrowIfFaulty();
        (_options, _purpose, _setUp, _time, _logger, _dropped) = (options, purpose, setUp, time, logger, new Occasionally(time));
        _running = Task.Run(() => RunAsync(_stop.Token));
    }

    /// <summary>Sends a message, and waits until the broker has it; drops it where that is not possible in time.</summary>
    public async ValueTask SendAsync(string exchange, string routingKey, WireMessage message, CancellationToken cancellationToken)
    {
        var target = exchange.Length > 0 ? exchange : routingKey;
        if (_channel is not { } channel)
        {
            _dropped.Note(count => _logger.Dropped(count, target, "there is no connection."));
            return;
        }

        using var deadline = new CancellationTokenSource(_options.SendTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var properties = new BasicProperties { Type = message.Type, UserId = _options.User, ContentType = "application/json" };
            await channel.BasicPublishAsync(exchange, routingKey, mandatory: false, properties, message.Body, either.Token).ConfigureAwait(false);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && failure is RabbitMQClientException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            _dropped.Note(count => _logger.Dropped(count, target, failure.Message));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = s_firstPause;
        var away = new Occasionally(_time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ConnectAsync(() => pause = s_firstPause, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // The loop's boundary: whatever it is, the next try may go better.
                away.Note(_ => _logger.Away(_options.ToString(), _purpose, Words(failure)));
            }

            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < _options.LongestPause ? pause * 2 : _options.LongestPause;
        }
    }

    /// <summary>Connects, and returns when the connection is lost.</summary>
    private async Task ConnectAsync(Action connected, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var connection = await Factory().CreateConnectionAsync(either.Token).ConfigureAwait(false);
        try
        {
            var lost = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            connection.ConnectionShutdownAsync += (_, end) => Ended(lost, end.ReplyText);
            connection.ConnectionBlockedAsync += (_, blocked) => Told(() => _logger.Blocked(_options.ToString(), blocked.Reason));
            connection.ConnectionUnblockedAsync += (_, _) => Told(() => _logger.Unblocked(_options.ToString()));
            var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), either.Token).ConfigureAwait(false);
            channel.ChannelShutdownAsync += (_, end) => Ended(lost, end.ReplyText);
            await _setUp(channel, either.Token).ConfigureAwait(false);
            _channel = channel;
            connected();
            _logger.Connected(_options.ToString(), _purpose);
            var cause = await lost.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            _logger.Lost(_options.ToString(), _purpose, cause);
        }
        finally
        {
            _channel = null;
            await connection.CloseAsync(Constants.ReplySuccess, "It ends.", s_longestEnd, abort: true, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private ConnectionFactory Factory() => new()
    {
        HostName = _options.Host,
        Port = _options.EffectivePort,
        VirtualHost = _options.VirtualHost,
        UserName = _options.User,
        Password = _options.PasswordFile.Length > 0 ? File.ReadLines(_options.PasswordFile).FirstOrDefault() ?? "" : _options.Password,
        ClientProvidedName = _purpose,
        RequestedHeartbeat = _options.Heartbeat,
        RequestedConnectionTimeout = _options.ConnectTimeout,
        AutomaticRecoveryEnabled = false,
        Ssl = _options.Tls is { } tls ? Secured(tls) : new SslOption(),
    };

    private SslOption Secured(RabbitTlsOptions tls)
    {
        var secured = new SslOption(tls.ServerName.Length > 0 ? tls.ServerName : _options.Host, enabled: true);
        if (tls.CertificateFile.Length > 0)
        {
            secured.Certs = [X509Certificate2.CreateFromPemFile(tls.CertificateFile, tls.KeyFile.Length > 0 ? tls.KeyFile : null)];
        }

        if (tls.CaFile.Length > 0)
        {
            secured.CertificateValidationCallback = (_, shown, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None && shown is not null && ComesFrom(tls.CaFile, shown);
        }

        return secured;
    }

    private static bool ComesFrom(string authorities, X509Certificate shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var certificate = new X509Certificate2(shown);
        return chain.Build(certificate);
    }

    private static Task Ended(TaskCompletionSource<string> lost, string? cause) => Told(() => lost.TrySetResult(string.IsNullOrEmpty(cause) ? "nothing was said." : cause));

    private static Task Told(Action tell)
    {
        tell();
        return Task.CompletedTask;
    }

    private string Words(Exception failure) => failure switch
    {
        AuthenticationFailureException => $"user '{_options.User}' or its password is wrong.",
        BrokerUnreachableException { InnerException: { } inner } => inner is AuthenticationFailureException or PossibleAuthenticationFailureException ? $"user '{_options.User}' or its password is wrong." : $"{inner.GetBaseException().Message}.",
        OperationCanceledException => string.Create(CultureInfo.InvariantCulture, $"it did not answer within {_options.ConnectTimeout.TotalSeconds:0.###} s."),
        CryptographicException => $"a certificate cannot be read: {failure.Message}",
        _ => failure.Message,
    };
}
