using Microsoft.Extensions.Logging;

namespace Theseus.RabbitMq;

/// <summary>What the channel says in logs. Never a password: causes are given in words that the client made, which have none.</summary>
internal static partial class RabbitLog
{
    [LoggerMessage(5001, LogLevel.Information, "Connected to RabbitMQ at {Broker}, for {Purpose}")]
    public static partial void Connected(this ILogger logger, string broker, string purpose);

    [LoggerMessage(5002, LogLevel.Warning, "RabbitMQ at {Broker} cannot be used, for {Purpose}: {Cause} It is tried again until it can")]
    public static partial void Away(this ILogger logger, string broker, string purpose, string cause);

    [LoggerMessage(5003, LogLevel.Warning, "The connection to RabbitMQ at {Broker}, for {Purpose}, was lost: {Cause}")]
    public static partial void Lost(this ILogger logger, string broker, string purpose, string cause);

    [LoggerMessage(5004, LogLevel.Warning, "RabbitMQ at {Broker} takes no messages for now: {Cause}")]
    public static partial void Blocked(this ILogger logger, string broker, string cause);

    [LoggerMessage(5005, LogLevel.Information, "RabbitMQ at {Broker} takes messages again")]
    public static partial void Unblocked(this ILogger logger, string broker);

    [LoggerMessage(5006, LogLevel.Warning, "{Count} messages to '{Target}' were dropped since this was told last: {Cause} They are made good for by what is sent later")]
    public static partial void Dropped(this ILogger logger, long count, string target, string cause);

    [LoggerMessage(5007, LogLevel.Warning, "{Count} messages from '{Queue}' were set aside since this was told last; the newest: {Cause}")]
    public static partial void SetAside(this ILogger logger, long count, string queue, string cause);

    [LoggerMessage(5008, LogLevel.Error, "A message to '{Target}' cannot be sent as it is: {Cause}")]
    public static partial void Unsendable(this ILogger logger, string target, string cause);

    [LoggerMessage(5009, LogLevel.Warning, "The queue '{Queue}' is there with other settings, and is used as it is: delete it to have it made anew. {Cause}")]
    public static partial void OtherSettings(this ILogger logger, string queue, string cause);

    [LoggerMessage(5010, LogLevel.Warning, "The connection to RabbitMQ at {Broker}, for {Purpose}, did not end by its deadline and was left")]
    public static partial void LeftBehind(this ILogger logger, string broker, string purpose);

    [LoggerMessage(5011, LogLevel.Warning, "The queue '{Queue}' cannot be read: {Cause} It is tried again until it can")]
    public static partial void Unreadable(this ILogger logger, string queue, string cause);

    [LoggerMessage(5012, LogLevel.Debug, "The queue '{Queue}' is read")]
    public static partial void Reading(this ILogger logger, string queue);
}
