using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Theseus.Server.Api;

/// <summary>Which part of a list is asked for.</summary>
internal readonly record struct Cursor(long? Before, int Count)
{
    public const int DefaultCount = 50;
    public const int MostCount = 500;

    public static Cursor Read(string? before, string? count)
    {
        var faults = new List<ApiFault>();
        var (from, many) = ((long?)null, DefaultCount);
        if (before is not null)
        {
            if (long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                from = number;
            }
            else
            {
                faults.Add(new ApiFault("before", "It has to be a number from 1: take it from 'next' of the part before."));
            }
        }

        if (count is not null && !(int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out many) && many is >= 1 and <= MostCount))
        {
            faults.Add(new ApiFault("count", $"It has to be a number from 1 to {MostCount}."));
        }

        return faults.Count == 0 ? new Cursor(from, many) : throw Problem.Invalid(faults);
    }

    /// <summary>A part of a list that was asked for with one more than wanted, which tells whether there are more.</summary>
    public Page<T> Page<T>(HttpContext context, IReadOnlyList<T> items, Func<T, long> number, string filter = "")
    {
        if (items.Count <= Count)
        {
            return new Page<T>(items);
        }

        var part = items.Take(Count).ToList();
        return new Page<T>(part, string.Create(CultureInfo.InvariantCulture, $"{context.Request.PathBase}{context.Request.Path}?before={number(part[^1])}&count={Count}{filter}"));
    }
}
