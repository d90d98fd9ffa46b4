namespace Theseus.Runtime.Loading;

/// <summary>
/// What a component's exception said, without the exception: any exception that was thrown inside a component, even one
/// of the base class library, keeps the component's code alive through its stack trace.
/// </summary>
internal sealed class DetachedException : Exception
{
    private readonly string _text;

    private DetachedException(string message, string originalType, string text) : base(message)
    {
        OriginalType = originalType;
        _text = text;
    }

    /// <summary>The full name of the exception's type.</summary>
    public string OriginalType { get; }

    /// <summary>Takes what the exception says. Safe against exceptions whose own members throw.</summary>
    public static DetachedException From(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (exception is DetachedException detached)
        {
            return detached;
        }

        var type = exception.GetType().FullName ?? exception.GetType().Name;
        return new(Ask(() => exception.Message, type), type, Ask(exception.ToString, type));
    }

    /// <summary>The original's type and message.</summary>
    public string Summary => $"{OriginalType}: {Message}";

    /// <summary>The original's text, with its stack trace and inner exceptions.</summary>
    public override string ToString() => _text;

    private static string Ask(Func<string> member, string type)
    {
        try
        {
            return member() ?? type;
        }
        catch (Exception)
        {
            return type;
        }
    }
}
