using System.Diagnostics.CodeAnalysis;

namespace Theseus.Fleet.Wire;

/// <summary>What is wrong with a message, while it is looked at. A message from outside cannot make the list long.</summary>
internal sealed class WireFaults
{
    private const int Most = 100;

    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    public void Add(string fault)
    {
        if (_all.Count < Most)
        {
            _all.Add(fault);
        }
    }

    /// <summary>A name that has to be there.</summary>
    public void Name(string place, string? value)
    {
        if (string.IsNullOrWhiteSpace(value) || value.Length > WireLimits.Name)
        {
            Add($"{place} has from 1 to {WireLimits.Name} characters; this one has {value?.Length ?? 0}.");
        }
    }

    /// <summary>A text that may be empty.</summary>
    public void Text(string place, string? value, int most = WireLimits.Name)
    {
        if (value is null || value.Length > most)
        {
            Add(value is null ? $"{place} has no value." : $"{place} has {value.Length} characters; {most} are allowed.");
        }
    }

    public void Number(string place, double value, double least, double most = double.MaxValue)
    {
        if (!(value >= least && value <= most))
        {
            Add(most == double.MaxValue ? $"{place} has to be at least {least}; it is {value}." : $"{place} has to be from {least} to {most}; it is {value}.");
        }
    }

    public void Time(string place, TimeSpan value)
    {
        if (value < TimeSpan.Zero)
        {
            Add($"{place} cannot be negative; it is {value}.");
        }
    }

    public void Known<T>(string place, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            Add($"{place} is none of those that are known: {value}.");
        }
    }

    /// <summary>A list's entries, as far as there may be.</summary>
    public void Each<T>(string place, IReadOnlyCollection<T>? list, int most, Action<string, T> check)
    {
        if (list is null || list.Count > most)
        {
            Add(list is null ? $"{place} has no value." : $"{place} has {list.Count} entries; {most} are allowed.");
            return;
        }

        var i = 0;
        foreach (var entry in list)
        {
            if (IsThere($"{place}[{i++}]", entry))
            {
                check($"{place}[{i - 1}]", entry);
            }
        }
    }

    public bool IsThere<T>(string place, [NotNullWhen(true)] T? value)
    {
        if (value is null)
        {
            Add($"{place} has no value.");
        }

        return value is not null;
    }
}
