using System.Text.RegularExpressions;

namespace Theseus.Runtime.Loading;

/// <summary>Gives names that the compiler and the runtime have made up the form that a reader knows from the source.</summary>
internal static partial class CodeNames
{
    /// <summary>
    /// <c>A.B+&lt;LoopAsync&gt;d__5</c> becomes <c>A.B.LoopAsync()</c>, <c>A.B+&lt;&gt;c.&lt;Start&gt;b__0()</c>
    /// becomes <c>a lambda in A.B.Start()</c>, and types of the base class library lose their namespaces.
    /// </summary>
    public static string Readable(string name)
    {
        name = AssemblyPart().Replace(name, "");
        name = Box().Replace(name, "$1");
        name = StateMachine().Replace(name, "$1.$2()");
        name = Lambda().Replace(name, "a lambda in $1.$2()");
        name = Closure().Replace(name, "a closure in $1");
        name = Property().Replace(name, "$1");
        return Namespace().Replace(name, "");
    }

    [GeneratedRegex(@", [\w.]+, Version=[^\]>]*")]
    private static partial Regex AssemblyPart();

    [GeneratedRegex(@"System\.Runtime\.CompilerServices\.Async\w+(?:<[^+]*>|`\d)\+\w*StateMachineBox(?:`\d\[(?:[^\[\],]+,)?|<)(.*?)(?:\]$|>$|>(?=\.))")]
    private static partial Regex Box();

    [GeneratedRegex(@"([\w.+`]+)\+<(\w+)>d(?:__\w+)?(?:`\d)?")]
    private static partial Regex StateMachine();

    [GeneratedRegex(@"([\w.+`]+?)(?:\+<>c(?:__\w+)?)?\.<(\w+)>b__\w+(?:\(\))?")]
    private static partial Regex Lambda();

    [GeneratedRegex(@"([\w.`]+)\+<>c(?:__\w+)?")]
    private static partial Regex Closure();

    [GeneratedRegex(@"<(\w+)>k__BackingField")]
    private static partial Regex Property();

    [GeneratedRegex(@"\b(?:System|Microsoft)\.(?:[A-Z]\w*\.)*(?=[A-Z])")]
    private static partial Regex Namespace();
}
