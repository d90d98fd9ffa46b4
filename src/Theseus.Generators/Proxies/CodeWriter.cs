using System.Text;

namespace Theseus.Generators.Proxies;

/// <summary>Lines of code with their indentation.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public CodeWriter Line(string line = "")
    {
        // Always '\n': what is generated must not depend on the machine.
        (line.Length == 0 ? _text : _text.Append(' ', 4 * _depth).Append(line)).Append('\n');
        return this;
    }

    public CodeWriter Open(string? head = null)
    {
        if (head is not null)
        {
            Line(head);
        }

        Line("{");
        _depth++;
        return this;
    }

    public CodeWriter Close(string end = "}")
    {
        _depth--;
        return Line(end);
    }

    /// <summary>A line that belongs, indented, to the one before.</summary>
    public CodeWriter Continued(string line)
    {
        _depth++;
        Line(line);
        _depth--;
        return this;
    }

    public override string ToString() => _text.ToString();
}
