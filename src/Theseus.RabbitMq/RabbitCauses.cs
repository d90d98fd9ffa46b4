using System.Globalization;
using System.Security.Cryptography;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Theseus.RabbitMq;

/// <summary>Says in words why the broker could not be used. The client's own words have no password.</summary>
internal static class RabbitCauses
{
    public static string Of(Exception failure, RabbitOptions options) => failure switch
    {
        AuthenticationFailureException or PossibleAuthenticationFailureException => $"user '{options.User}' or its password is wrong, or it may not use the virtual host '{options.VirtualHost}'.",
        BrokerUnreachableException { InnerException: { } inner } => Of(inner, options),
        AggregateException { InnerExceptions.Count: > 0 } all => Of(all.InnerExceptions[0], options),
        AlreadyClosedException closed => Of(closed.ShutdownReason),
        OperationInterruptedException interrupted => Of(interrupted.ShutdownReason),
        OperationCanceledException or TimeoutException => string.Create(CultureInfo.InvariantCulture, $"it did not answer within {options.ConnectTimeout.TotalSeconds:0.###} s."),
        CryptographicException => $"a certificate cannot be read: {Sentence(failure.Message)}",
        _ => Sentence(failure.GetBaseException().Message),
    };

    public static string Of(ShutdownEventArgs? reason) => reason is null ? "nothing was said." : Sentence(reason.Exception is { } met && reason.ReplyText is null or "" ? met.Message : reason.ReplyText ?? "");

    private static string Sentence(string text) => text.Length == 0 ? "nothing was said." : text.EndsWith('.') ? text : $"{text}.";
}
