namespace Theseus.Docs.Tests.Walking;

/// <summary>One thing that a page tells its reader to do.</summary>
/// <param name="Line">Where on the page.</param>
internal abstract record Step(int Line);

/// <summary>A file to be written.</summary>
internal sealed record WriteStep(int Line, string Path, string Content) : Step(Line);

/// <summary>A change of a file.</summary>
internal sealed record EditStep(int Line, string Path, string New, string Old) : Step(Line);

/// <summary>Commands to be run.</summary>
/// <param name="Line">Where on the page.</param>
/// <param name="Commands">The commands.</param>
/// <param name="Expected">What they are to print, with … for whatever stands there; null if the page does not say.</param>
/// <param name="IsRepeated">Whether the reader is to ask until the answer is the one that is shown.</param>
internal sealed record RunStep(int Line, IReadOnlyList<string> Commands, string? Expected, bool IsRepeated) : Step(Line);
