using System.Globalization;

namespace Theseus.Control.Upgrades;

/// <summary>A number of nodes, or a share of them: written <c>3</c> or <c>25%</c>. The default is no node. Immutable; equal by value.</summary>
public readonly record struct Amount
{
    private readonly double _value;

    private Amount(double value, bool isShare)
    {
        _value = value;
        IsShare = isShare;
    }

    /// <summary>Whether it is a share of all nodes rather than a number.</summary>
    public bool IsShare { get; }

    /// <summary>A number of nodes, from 1.</summary>
    public static Amount Nodes(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        return new(number, isShare: false);
    }

    /// <summary>A share of all nodes, above 0 and up to 100 per cent.</summary>
    public static Amount Percent(double percent)
    {
        if (!(percent is > 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "Has to be above 0 and at most 100.");
        }

        return new(percent, isShare: true);
    }

    /// <summary>How many of a number of nodes it comes to: of one node and more at least one, rounded down otherwise.</summary>
    /// <param name="nodes">All nodes.</param>
    public int Of(int nodes) => Math.Min(nodes, Math.Max(1, IsShare ? (int)(nodes * _value / 100) : (int)_value));

    /// <summary>How many of a number of nodes it comes to as a limit: rounded down, so that a small share of few nodes is none; 0 for the default.</summary>
    /// <param name="nodes">All nodes.</param>
    public int AtMostOf(int nodes) => Math.Min(nodes, IsShare ? (int)(nodes * _value / 100) : (int)_value);

    /// <summary>Reads <c>3</c> or <c>25%</c>.</summary>
    public static bool TryParse(string? text, out Amount amount)
    {
        amount = default;
        text = text?.Trim() ?? "";
        if (text.EndsWith('%'))
        {
            if (!double.TryParse(text[..^1].TrimEnd(), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) || !(percent is > 0 and <= 100))
            {
                return false;
            }

            amount = Percent(percent);
            return true;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
        {
            return false;
        }

        amount = Nodes(number);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => _value.ToString(CultureInfo.InvariantCulture) + (IsShare ? "%" : "");
}
