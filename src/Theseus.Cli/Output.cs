using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Theseus.Cli;

/// <summary>Writes answers: tables for people, JSON for scripts. Everything that comes from outside is written as plain text, never as markup.</summary>
internal sealed class Output(Surroundings surroundings, bool json)
{
    public bool IsJson => json;

    public void Json<T>(T value, JsonTypeInfo<T> type) =>
        // Past the console, which would wrap it.
        surroundings.Console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>Writes text as it is: past the console, which would wrap it.</summary>
    public void Raw(string text) => surroundings.Console.Profile.Out.Writer.WriteLine(text);

    /// <summary>Writes something beside the answer, where problems go.</summary>
    public void Note(string text)
    {
        surroundings.Errors.Write(new Text(text));
        surroundings.Errors.WriteLine();
    }

    public void Line(string text, Style? style = null)
    {
        surroundings.Console.Write(new Text(text, style));
        surroundings.Console.WriteLine();
    }

    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column, new Style(decoration: Decoration.Bold))));
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(static cell => (IRenderable)new Text(cell))]);
        }

        surroundings.Console.Write(table);
    }

    public int Problem(int exitCode, string code, string message)
    {
        if (json)
        {
            Json(new ProblemAnswer(new(code, message)), CliJson.Plain.ProblemAnswer);
        }
        else
        {
            surroundings.Errors.Write(new Text(message, new Style(Color.Red)));
            surroundings.Errors.WriteLine();
        }

        return exitCode;
    }

    public static string Duration(TimeSpan? duration) => duration switch
    {
        null => "",
        { TotalMilliseconds: < 1 } brief => string.Create(CultureInfo.InvariantCulture, $"{brief.TotalMicroseconds:0} µs"),
        { TotalSeconds: < 1 } medium => string.Create(CultureInfo.InvariantCulture, $"{medium.TotalMilliseconds:0.0} ms"),
        { } longer => string.Create(CultureInfo.InvariantCulture, $"{longer.TotalSeconds:0.0} s"),
    };

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
