using Spectre.Console;

namespace Theseus.Cli;

/// <summary>What the command has around it.</summary>
/// <param name="Console">Where answers go.</param>
/// <param name="Errors">Where problems go.</param>
/// <param name="Environment">Reads an environment variable; null when it is not set.</param>
/// <param name="Time">The clock.</param>
internal sealed record Surroundings(IAnsiConsole Console, IAnsiConsole Errors, Func<string, string?> Environment, TimeProvider Time);
