using System.Collections;
using System.Reflection;

namespace Theseus.Storage.Tests.Frozen;

/// <summary>Sees that nothing is null that may not be: a member that came later is missing in what was written before.</summary>
internal static class Whole
{
    private static readonly NullabilityInfoContext s_nullability = new();

    public static void Check(object read) => Check(read, read.GetType().Name);

    private static void Check(object read, string at)
    {
        foreach (var property in read.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(one => one.GetIndexParameters().Length == 0 && one.GetMethod is { IsPublic: true } && one.SetMethod is not null))
        {
            var (value, place) = (property.GetValue(read), $"{at}.{property.Name}");
            lock (s_nullability)
            {
                Assert.True(value is not null || s_nullability.Create(property).ReadState == NullabilityState.Nullable, $"{place} is null, and may not be.");
            }

            if (value is IEnumerable all and not string)
            {
                foreach (var one in all)
                {
                    CheckOurs(one, $"{place}[]");
                }
            }
            else if (value is not null)
            {
                CheckOurs(value, place);
            }
        }
    }

    private static void CheckOurs(object value, string at)
    {
        if (value.GetType().Namespace?.StartsWith("Theseus", StringComparison.Ordinal) == true && value.GetType().IsClass)
        {
            Check(value, at);
        }
    }
}
