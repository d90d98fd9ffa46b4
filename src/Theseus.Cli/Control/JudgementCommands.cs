using System.CommandLine;
using Theseus.Control.Analysis;
using Theseus.Control.Upgrades;

namespace Theseus.Cli.Control;

/// <summary><c>theseus upgrade explain</c> and <c>theseus replay</c>: why an upgrade was judged as it was, and how it would have been otherwise.</summary>
internal sealed class JudgementCommands(TheseusCommand theseus)
{
    private readonly Option<FileInfo?> _picture = new("--picture") { Description = "Draw it into this file too, as SVG.", HelpName = "FILE" };

    /// <summary>Makes <c>upgrade explain</c>.</summary>
    /// <param name="id">The argument that names the upgrade.</param>
    /// <param name="read">Gives the upgrade's id.</param>
    public Command Explain(Argument<string> id, Func<ParseResult, ControlClient, CancellationToken, Task<string>> read)
    {
        var save = new Option<FileInfo?>("--save") { Description = "Write all that it was judged by to this file, for 'theseus replay'.", HelpName = "FILE" };
        var command = new Command("explain", "Explain why an upgrade was judged as it was.") { id, _picture, save };
        theseus.OnControl(command, async (parsed, control, output, token) =>
        {
            var answer = await control.GetAsync<JudgementFile>($"upgrades/{await read(parsed, control, token).ConfigureAwait(false)}/judgement", token).ConfigureAwait(false);
            if (parsed.GetValue(save) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, answer.Json, token).ConfigureAwait(false);
            }

            if (output.IsJson)
            {
                output.Raw(answer.Json);
            }

            await ShowAsync(parsed, answer.Value, answer.Value.Plan.Judging, output, token).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Adds <c>replay</c>.</summary>
    public void AddTo(RootCommand root)
    {
        var file = new Argument<FileInfo>("file") { Description = "What 'theseus upgrade explain --save' has written." };
        var set = new Option<string[]>("--set") { Description = "What to judge by instead, like falseAlarms=0.1% or worseMedian=1.5; may be given again.", HelpName = "NAME=VALUE", DefaultValueFactory = static _ => [] };
        var command = new Command("replay", "Judge again what an upgrade was judged by, by other parameters if asked for.") { file, set, _picture };
        theseus.On(command, async (parsed, output, token) =>
        {
            var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var text in parsed.GetValue(set) ?? [])
            {
                if (text.IndexOf('=') <= 0)
                {
                    return output.Problem(ExitCode.Usage, "Usage", $"A parameter is written like worseMedian=1.5; '{text}' was given.");
                }

                values[text[..text.IndexOf('=')]] = text[(text.IndexOf('=') + 1)..];
            }

            JudgementFile read;
            try
            {
                var info = parsed.GetRequiredValue(file);
                if (info is { Exists: true, Length: > JudgementFile.LargestBytes })
                {
                    throw new FormatException($"It has {info.Length} bytes, and at most {JudgementFile.LargestBytes} are read.");
                }

                read = JudgementFile.Read(await File.ReadAllBytesAsync(info.FullName, token).ConfigureAwait(false));
            }
            catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
            {
                return output.Problem(ExitCode.NotFound, "NotFound", $"There is no file '{parsed.GetValue(file)}'.");
            }
            catch (FormatException failure)
            {
                return output.Problem(ExitCode.Refused, "Refused", $"'{parsed.GetValue(file)}' cannot be judged again. {failure.Message}");
            }

            var judging = ParameterReader.ReadJudging(read.Plan.Judging, values, out var faults);
            if (faults.Count > 0)
            {
                return output.Problem(ExitCode.Usage, "Usage", string.Join(Environment.NewLine, faults));
            }

            await ShowAsync(parsed, read, judging, output, token).ConfigureAwait(false);
            return ExitCode.Done;
        });
        root.Subcommands.Add(command);
    }

    private async Task ShowAsync(ParseResult parsed, JudgementFile file, WaveJudging judging, Output output, CancellationToken token)
    {
        var waves = JudgementReplay.Of(file, judging);
        if (parsed.GetValue(_picture) is { } picture)
        {
            await File.WriteAllTextAsync(picture.FullName, JudgementPicture.Draw(file, waves), token).ConfigureAwait(false);
        }

        if (!output.IsJson)
        {
            output.Line(JudgementText.Write(file, waves, judging));
        }
    }
}
