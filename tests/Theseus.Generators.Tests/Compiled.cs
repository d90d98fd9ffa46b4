using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Theseus.Generators.Components;
using Theseus.Generators.Contracts;
using Theseus.Generators.Proxies;
using Theseus.Generators.Unloading;

namespace Theseus.Generators.Tests;

/// <summary>Compiles sources as a user's project would be compiled.</summary>
internal static class Compiled
{
    private const string Usings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Theseus;
        """;

    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("Theseus.Generators", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static CSharpParseOptions ParseOptions { get; } = new(LanguageVersion.CSharp13, DocumentationMode.Parse);

    public static string RepositoryRoot { get; } = FindRoot();

    // All compilations are made from this one, so that the references are read once.
    private static readonly CSharpCompilation s_empty = CSharpCompilation.Create(
        "Sample",
        [CSharpSyntaxTree.ParseText(Usings, ParseOptions, "Usings.cs")],
        s_references,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));

    // An array: what is parsed lazily may be parsed twice, and then the compilation's trees are not those it lists.
    public static CSharpCompilation Of(params string[] sources) => s_empty.AddSyntaxTrees(
        [.. sources.Select((source, index) => CSharpSyntaxTree.ParseText(source, ParseOptions, $"File{index + 1}.cs"))]);

    public static GeneratorDriver Driver() => CSharpGeneratorDriver.Create(
        [new ProxyGenerator().AsSourceGenerator()],
        parseOptions: ParseOptions,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>The generated sources; with them, the sources compile without an error or a warning.</summary>
    public static IReadOnlyDictionary<string, string> Generate(params string[] sources)
    {
        var driver = Driver().RunGeneratorsAndUpdateCompilation(Of(sources), out var compilation, out var diagnostics);
        Assert.Empty(diagnostics);
        Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning));
        return driver.GetRunResult().Results.Single().GeneratedSources.ToDictionary(source => source.HintName, source => source.SourceText.ToString());
    }

    /// <summary>What the analyzers report, as 'THS1234 at the text it is about'; the compiler itself reports no error.</summary>
    public static async Task<IReadOnlyList<string>> DiagnosticsAsync(params string[] sources)
    {
        Driver().RunGeneratorsAndUpdateCompilation(Of(sources), out var compilation, out _);
        Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error));

        var options = new CompilationWithAnalyzersOptions(
            new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false);
        var found = await new CompilationWithAnalyzers(compilation, Analyzers(), options).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return
        [
            .. found.OrderBy(diagnostic => diagnostic.Location.SourceTree?.FilePath).ThenBy(diagnostic => diagnostic.Location.SourceSpan.Start)
                .Select(diagnostic => diagnostic.Id is "AD0001" ? diagnostic.GetMessage() : $"{diagnostic.Id} {Text(diagnostic.Location)}"),
        ];
    }

    public static ImmutableArray<DiagnosticAnalyzer> Analyzers() => [new ContractAnalyzer(), new ComponentAnalyzer(), new UnloadingAnalyzer()];

    private static string Text(Location location) => location.SourceTree!.GetText().ToString(location.SourceSpan).Split('\n')[0].TrimEnd('\r');

    private static string FindRoot()
    {
        var fromProject = typeof(Compiled).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var project = Path.Combine(folder.FullName, "tests", "Theseus.Generators.Tests");
            if (Directory.Exists(project))
            {
                return Path.GetFullPath(Path.Combine(project, fromProject));
            }
        }

        throw new DirectoryNotFoundException("The repository is not above the tests' output.");
    }
}
