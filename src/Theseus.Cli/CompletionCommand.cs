using System.CommandLine;

namespace Theseus.Cli;

/// <summary><c>theseus completion</c>: what a shell has to be told once so that it completes commands and options.</summary>
internal sealed class CompletionCommand(TheseusCommand theseus)
{
    private static readonly Dictionary<string, string> s_scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            _theseus_complete() {
              local line="${COMP_LINE:0:COMP_POINT}"
              mapfile -t COMPREPLY < <(theseus "[suggest:${COMP_POINT}]" "${line}" 2>/dev/null)
            }
            complete -o default -F _theseus_complete theseus
            """,
        ["zsh"] = """
            _theseus_complete() {
              local found
              found=("${(@f)$(theseus "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
              compadd -- $found
            }
            compdef _theseus_complete theseus
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName theseus -ScriptBlock {
              param($word, $line, $cursor)
              theseus "[suggest:$cursor]" "$line" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
            }
            """,
    };

    private readonly Argument<string> _shell = new("shell") { Description = "The shell: bash, zsh or pwsh." };

    public void AddTo(RootCommand root)
    {
        _shell.AcceptOnlyFromAmong([.. s_scripts.Keys]);
        var command = new Command("completion", "Write what a shell has to be told so that it completes this command; like: source <(theseus completion bash).") { _shell };
        theseus.On(command, (parsed, output, _) =>
        {
            output.Raw(s_scripts[parsed.GetRequiredValue(_shell)]);
            return Task.FromResult(ExitCode.Done);
        });
        root.Subcommands.Add(command);
    }
}
