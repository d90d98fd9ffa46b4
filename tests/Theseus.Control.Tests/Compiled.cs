using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Theseus.Control.Tests;

/// <summary>Compiles small assemblies.</summary>
internal static class Compiled
{
    private static readonly MetadataReference[] platform =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(p) is "netstandard.dll" or "mscorlib.dll" or "Theseus.Abstractions.dll")
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    public static byte[] Compile(string name, string source, params byte[][] references)
    {
        var compilation = CSharpCompilation.Create(name, [CSharpSyntaxTree.ParseText("using System; using System.Collections.Generic; using System.Threading.Tasks;\n" + source)],
            [.. platform, .. references.Select(r => MetadataReference.CreateFromImage(r))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, deterministic: true, allowUnsafe: true));
        var output = new MemoryStream();
        var result = compilation.Emit(output);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return output.ToArray();
    }
}
