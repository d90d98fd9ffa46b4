using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Theseus.Generators.Proxies;

namespace Theseus.Generators.Tests.Proxies;

public sealed class CachingTests
{
    private const string Contract = "namespace Users; [Contract] public interface IThing { string Render(string text, int times); int Count { get; set; } T Echo<T>(T value) where T : class; }";

    [Fact]
    public void AnEditElsewhereWritesNothingAnew()
    {
        var (before, after) = Edit("class Unrelated { }", "class Unrelated { void Edited() { } }");

        Assert.All(Reasons(after, ProxyGenerator.OwnStep), reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, reason.ToString()));
        Assert.All(Reasons(after, ProxyGenerator.NamedStep), reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, reason.ToString()));
        Assert.NotEmpty(Reasons(after, ProxyGenerator.NamedStep));
        Assert.All(Outputs(after), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
        Assert.Equal(2, before.GeneratedSources.Length);
    }

    [Fact]
    public void AnEditOfTheContractWritesItsProxyAnew()
    {
        var (before, after) = Edit(Contract.Replace("IThing", "IOther"), Contract.Replace("IThing", "IOther").Replace("times", "often"));

        Assert.Contains(IncrementalStepRunReason.Modified, Reasons(after, ProxyGenerator.OwnStep));
        Assert.Contains(IncrementalStepRunReason.Modified, Outputs(after));
        Assert.Equal(3, before.GeneratedSources.Length);
        Assert.Contains("often", after.GeneratedSources.Single(source => source.HintName.Contains("IOther")).SourceText.ToString());
    }

    [Fact]
    public void WhatTheStepsHandOnHoldsNoSymbols()
    {
        var (_, after) = Edit("class A;", "class B;");

        var outputs = after.TrackedSteps[ProxyGenerator.OwnStep].Concat(after.TrackedSteps[ProxyGenerator.NamedStep]).SelectMany(step => step.Outputs);
        Assert.All(outputs, output => Assert.IsType<ContractModel>(output.Value));
        Assert.DoesNotContain(
            Reachable(typeof(ContractModel), []),
            type => typeof(ISymbol).IsAssignableFrom(type) || typeof(SyntaxNode).IsAssignableFrom(type) || type == typeof(Location) || type == typeof(Compilation));
    }

    private static HashSet<Type> Reachable(Type type, HashSet<Type> seen)
    {
        if (seen.Add(type))
        {
            foreach (var field in type.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic))
            {
                foreach (var part in field.FieldType.GetGenericArguments().Append(field.FieldType))
                {
                    Reachable(part, seen);
                }
            }
        }

        return seen;
    }

    private static (GeneratorRunResult Before, GeneratorRunResult After) Edit(string first, string second)
    {
        var compilation = Compiled.Of(Contract, "[assembly: GenerateProxy(typeof(IComparer<>))]", first);
        var driver = Compiled.Driver().RunGenerators(compilation);
        var before = driver.GetRunResult().Results.Single();
        var edited = compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[^1], CSharpSyntaxTree.ParseText(second, Compiled.ParseOptions, compilation.SyntaxTrees[^1].FilePath));
        return (before, driver.RunGenerators(edited).GetRunResult().Results.Single());
    }

    private static IEnumerable<IncrementalStepRunReason> Reasons(GeneratorRunResult result, string step) =>
        result.TrackedSteps[step].SelectMany(run => run.Outputs).Select(output => output.Reason);

    private static IEnumerable<IncrementalStepRunReason> Outputs(GeneratorRunResult result) =>
        result.TrackedOutputSteps.SelectMany(step => step.Value).SelectMany(run => run.Outputs).Select(output => output.Reason);
}
