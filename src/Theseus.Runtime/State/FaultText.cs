namespace Theseus.Runtime.State;

/// <summary>What an exception says, as text: the exception itself may come from a component, and keeping it would pin that.</summary>
internal static class FaultText
{
    public static string Of(Exception exception)
    {
        var type = exception.GetType().Name;
        try
        {
            return $"{type}: {exception.Message}";
        }
        catch (Exception)
        {
            // A component's own exception may throw where it is asked for its message.
            return type;
        }
    }
}
