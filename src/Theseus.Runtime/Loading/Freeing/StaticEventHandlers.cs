using System.ComponentModel;
using System.Reflection;
using System.Runtime.Loader;

namespace Theseus.Runtime.Loading;

/// <summary>Removes a generation's handlers from the events of the base class library that live as long as the process.</summary>
internal static class StaticEventHandlers
{
    private const BindingFlags Fields = BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    public static IEnumerable<PinFinding> Free(CodeOwner owner)
    {
        // The handlers are found in private fields and removed through the public events.
        (object? Target, Type[] Holders, Type Events)[] places =
        [
            (AppDomain.CurrentDomain, [typeof(AppDomain), typeof(AppContext), typeof(AssemblyLoadContext)], typeof(AppDomain)),
            (AssemblyLoadContext.Default, [typeof(AssemblyLoadContext)], typeof(AssemblyLoadContext)),
            (null, [typeof(TaskScheduler)], typeof(TaskScheduler)),
            (null, [typeof(Console)], typeof(Console)),
            // Also since emptying the caches raises it.
            (null, [typeof(TypeDescriptor)], typeof(TypeDescriptor)),
        ];
        foreach (var (target, holders, events) in places)
        {
            foreach (var handler in holders.SelectMany(h => HandlersIn(h, target)).Where(owner.Owns).Distinct().ToList())
            {
                var matching = events.GetEvents().Where(e => e.EventHandlerType == handler.GetType() && (target is not null || e.AddMethod!.IsStatic)).ToList();
                foreach (var info in matching)
                {
                    // From those that it is not on, this removes nothing.
                    info.RemoveEventHandler(info.RemoveMethod!.IsStatic ? null : target, handler);
                }

                if (matching.Count > 0)
                {
                    yield return new PinFinding(PinKind.StaticEvent,
                        $"{CodeOwner.NameOf(handler)} on {events.Name}.{string.Join(" or ", matching.Select(e => e.Name))}", IsFreed: true);
                }
            }
        }
    }

    private static IEnumerable<Delegate> HandlersIn(Type holder, object? target) =>
        holder.GetFields(Fields)
            .Where(f => typeof(Delegate).IsAssignableFrom(f.FieldType) && (f.IsStatic || holder.IsInstanceOfType(target)))
            .Select(f => f.GetValue(f.IsStatic ? null : target))
            .OfType<Delegate>()
            .SelectMany(d => d.GetInvocationList());
}
