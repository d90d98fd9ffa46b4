using System.IO.Compression;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Theseus.Packaging.Tests.Sealing;

/// <summary>Compiles components and packs them as 'dotnet pack' would.</summary>
internal static class Compiled
{
    private static readonly MetadataReference[] platform =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(p) is "netstandard.dll" or "mscorlib.dll" || Path.GetFileName(p) == "Theseus.Abstractions.dll")
            .Select(p => MetadataReference.CreateFromFile(p)),
    ];

    /// <summary>The contract that components here implement, and what it refers to.</summary>
    public const string ContractSource = """
        using Theseus;
        [assembly: System.Reflection.AssemblyVersion("1.4.2.0")]
        namespace Shop;
        [Contract] public interface IPrices { int Of(string name); }
        public interface IPlain;
        public class Basket : Kit.Bag;
        """;

    public static byte[] Kit { get; } = Compile("Kit", "namespace Kit; public class Bag;");

    public static byte[] Unrelated { get; } = Compile("Unrelated", "namespace Unrelated; public class Thing;");

    public static byte[] Contract { get; } = Compile("Shop.Contract", ContractSource, Kit);

    public static byte[] Abstractions { get; } = File.ReadAllBytes(typeof(ComponentAttribute).Assembly.Location);

    public static byte[] Compile(string name, string source, params byte[][] references)
    {
        var compilation = CSharpCompilation.Create(name, [CSharpSyntaxTree.ParseText(source)],
            [.. platform, .. references.Select(r => MetadataReference.CreateFromImage(r))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, deterministic: true));
        var output = new MemoryStream();
        var result = compilation.Emit(output);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return output.ToArray();
    }

    /// <summary>Packs and seals a component's source.</summary>
    public static SealResult Seal(string source, params SealFile[] more) => ReleaseSealer.Seal(Request(source, more));

    public static SealRequest Request(string source, params SealFile[] more) => new()
    {
        Package = Pack("1.0.0", ("lib/net10.0/Prices.dll", Compile("Prices", "using Theseus; using Shop; using System.IO; using System.Threading; using System.Threading.Tasks;\n" + source, Contract, Kit, Unrelated))),
        AssemblyName = "Prices",
        Files = [Library("Shop.Contract.dll", Contract), Library("Kit.dll", Kit), Library("Unrelated.dll", Unrelated), Library("Theseus.Abstractions.dll", Abstractions), .. more],
    };

    public static SealFile Library(string path, byte[] content) => new(SealPlace.Library, path, content);

    public static byte[] Pack(string version, params (string Path, byte[] Content)[] files)
    {
        var package = new MemoryStream();
        using (var zip = new ZipArchive(package, ZipArchiveMode.Create, leaveOpen: true))
        {
            var nuspec = $"""
                <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata><id>Prices</id><version>{version}</version>
                <authors>A</authors><description>D</description>
                <dependencies><group targetFramework="net10.0"><dependency id="Kit" version="1.0.0" /></group></dependencies></metadata></package>
                """;
            foreach (var (path, content) in files.Append(("Prices.nuspec", Encoding.UTF8.GetBytes(nuspec))))
            {
                using var stream = zip.CreateEntry(path).Open();
                stream.Write(content);
            }
        }

        return package.ToArray();
    }
}
