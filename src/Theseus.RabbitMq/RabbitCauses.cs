using System.Globalization;
using System.Security.Authentication;
using System.Security.Cryptography;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Theseus.RabbitMq;

/// <summary>Says in words why the broker could not be used. The client's own words have no password.</summary>
internal static class RabbitCauses
{
    public static string Of(Exception failure, RabbitOptions options) => failure switch
    {
        AuthenticationFailureException or PossibleAuthenticationFailureException => $"user '{options.User}' or its password is wrong, or it may not use the virtual host '{options.VirtualHost}'.",
        AuthenticationException { InnerException: BrokerUnreachableException } certificate => Sentence(certificate.Message),
        BrokerUnreachableException { InnerException: { } inner } => $"{Of(inner, options)}{Hint(inner, options)}",
        AggregateException { InnerExceptions.Count: > 0 } all => Of(all.InnerExceptions[0], options),
        AlreadyClosedException closed => Of(closed.ShutdownReason),
        OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.NotAllowed } said } =>
            $"the virtual host '{options.VirtualHost}' is not there, or user '{options.User}' has no rights in it: 'rabbitmqctl add_vhost' makes it, 'set_permissions' gives rights. It said: {Of(said)}",
        OperationInterruptedException interrupted => Of(interrupted.ShutdownReason),
        OperationCanceledException or TimeoutException => string.Create(CultureInfo.InvariantCulture, $"it did not answer within {options.ConnectTimeout.TotalSeconds:0.###} s."),
        CryptographicException => $"a certificate cannot be read: {Sentence(failure.Message)}",
        _ => Sentence(failure.GetBaseException().Message),
    };

    public static string Of(ShutdownEventArgs? reason) => reason is null ? "nothing was said." : Sentence(reason.Exception is { } met && reason.ReplyText is null or "" ? met.Message : reason.ReplyText ?? "");

    /// <summary>What may be the matter when connecting breaks off, where each side waits for something else than the other sends.</summary>
    private static string Hint(Exception failure, RabbitOptions options) => failure switch
    {
        AggregateException { InnerExceptions.Count: > 0 } all => Hint(all.InnerExceptions[0], options),
        AuthenticationException => $" Port {options.EffectivePort} may be one without TLS: RabbitMQ's own for TLS is 5671.",
        IOException when options.Tls is null => $" If {options.EffectivePort} is a port with TLS, ask for it: amqps://, or Tls.",
        IOException when options.Tls is { CertificateFile: "" } => " If the broker wants to see a certificate, name one in Tls:CertificateFile.",
        _ => "",
    };

    private static string Sentence(string text) => text.Length == 0 ? "nothing was said." : text.EndsWith('.') ? text : $"{text}.";
}
