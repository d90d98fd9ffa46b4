using System.Reflection;

namespace Theseus.Runtime.Loading;

/// <summary>Turns what the runtime, the container and the component throw while a component is made into a reason and words.</summary>
internal static class LoadErrors
{
    /// <summary>Does a step of loading. What it throws is translated; nothing of the component's is kept in it.</summary>
    /// <param name="what">What is being done, for the detail.</param>
    /// <param name="component">Whose step it is.</param>
    /// <param name="otherwise">The reason if the component's own code threw.</param>
    /// <param name="step">The step.</param>
    public static T Translate<T>(string what, LoadedComponent component, LoadFailure otherwise, Func<T> step)
    {
        try
        {
            return step();
        }
        catch (ComponentLoadException)
        {
            throw;
        }
        catch (Exception e)
        {
            throw Describe(what, component, otherwise, e);
        }
    }

    private static ComponentLoadException Describe(string what, LoadedComponent component, LoadFailure otherwise, Exception exception)
    {
        var cause = exception;
        while (cause is TargetInvocationException or TypeInitializationException && cause.InnerException is { } inner)
        {
            cause = inner;
        }

        var (reason, because) = cause switch
        {
            _ when component.ChangedFiles is { Count: > 0 } changed => (LoadFailure.FileChanged, string.Join("; ", changed)),
            FileNotFoundException or FileLoadException when component.MissingAssemblies is { Count: > 0 } missing =>
                (LoadFailure.MissingAssembly, string.Join("; ", missing)),
            BadImageFormatException => (LoadFailure.BadImage, cause.Message),
            DllNotFoundException => (LoadFailure.MissingNativeLibrary, cause.Message),
            MissingMemberException or TypeLoadException => (LoadFailure.MissingMember, cause.Message),
            InvalidOperationException when cause.Source == "Microsoft.Extensions.DependencyInjection" =>
                (LoadFailure.ServiceNotRegistered, cause.Message),
            _ => (otherwise, DetachedException.From(cause).Summary),
        };
        return new ComponentLoadException(reason, $"{component.Release}: {what} failed: {because}", DetachedException.From(exception));
    }
}
