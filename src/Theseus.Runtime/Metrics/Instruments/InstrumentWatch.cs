using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Theseus.Runtime.Loading;

namespace Theseus.Runtime.Metrics;

/// <summary>
/// Finds out whose an instrument is, in this process: the generation's whose code makes it. The runtime tells listeners of a
/// new instrument on the thread that makes it, so the code that does is on the stack. Thread-safe.
/// </summary>
/// <remarks>
/// It looks for the whole life of the process, for whose an instrument is cannot be found out later; it costs a walk over the
/// stack for each instrument that is made, and nothing for measurements. It holds no instrument and no generation.
/// </remarks>
internal static class InstrumentWatch
{
    private static readonly Lock s_lock = new();
    private static MeterListener? s_listener;

    /// <summary>Looks from now on, if it does not yet.</summary>
    public static void Ensure()
    {
        lock (s_lock)
        {
            if (s_listener is null)
            {
                s_listener = new MeterListener { InstrumentPublished = static (instrument, _) => MakerOf()?.Instruments.Add(instrument) };
                // Tells of those that there are already too, on this thread: they are nobody's.
                s_listener.Start();
            }
        }
    }

    /// <summary>The generation whose code asked for the instrument; null for the host's, or a library's that is shared.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ComponentLoadContext? MakerOf()
    {
        var stack = new StackTrace(fNeedFileInfo: false);
        for (var index = 0; index < stack.FrameCount; index++)
        {
            if (stack.GetFrame(index)?.GetMethod()?.Module.Assembly is { } assembly
                && assembly != typeof(InstrumentWatch).Assembly && assembly != typeof(Meter).Assembly && assembly != typeof(object).Assembly)
            {
                // The nearest alone: what a shared library makes at a component's call stays when the component goes.
                return AssemblyLoadContext.GetLoadContext(assembly) as ComponentLoadContext;
            }
        }

        return null;
    }
}
