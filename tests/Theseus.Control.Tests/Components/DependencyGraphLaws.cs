using FsCheck;
using FsCheck.Fluent;

namespace Theseus.Control.Tests.Components;

public sealed class DependencyGraphLaws
{
    [Fact]
    public void AMissingComponentIsToldByNameAndByWhomItIsNeeded()
    {
        var graph = new DependencyGraph([Parts.Of("shop", "prices", "stock"), Parts.Of("prices") with { CurrentVersion = Parts.V("1.2.0") }]);

        Assert.Equal("'shop' needs 'stock' [1.0.0, ), and there is no such component.", Assert.Single(graph.Missing).ToString());
        Assert.Empty(graph.Unsatisfied);
    }

    [Fact]
    public void AVersionOutsideOfTheRangeIsTold()
    {
        var graph = new DependencyGraph([Parts.Of("shop", "prices", "stock"), Parts.Of("prices") with { CurrentVersion = Parts.V("0.9.0") }, Parts.Of("stock")]);

        Assert.Equal(
            ["'shop' needs 'prices' [1.0.0, ), and 0.9.0 serves.", "'shop' needs 'stock' [1.0.0, ), and no version of it serves."],
            graph.Unsatisfied.Select(one => one.ToString()));
    }

    [Fact]
    public void CyclesAreToldByNameInTheOrderOfTheCalls()
    {
        var graph = new DependencyGraph([Parts.Of("c", "b"), Parts.Of("a", "c"), Parts.Of("b", "a", "x"), Parts.Of("x"), Parts.Of("y", "y"), Parts.Of("z", "a")]);

        Assert.Equal(["a,c,b", "y"], graph.Cycles.Select(cycle => string.Join(',', cycle)));
        Assert.Equal(["x", "a", "b", "c", "y", "z"], graph.TopologicalOrder);
        Assert.Equal(["b", "c", "z"], graph.DependentsOf("a"));
        Assert.Equal(["b", "z"], graph.DependentsOf("a", direct: true));
    }

    [Fact]
    public void ALongChainIsNoTrouble()
    {
        var chain = Enumerable.Range(0, 20_000).Select(i => i == 0 ? Parts.Of("p0") : Parts.Of($"p{i}", $"p{i - 1}"));
        var graph = new DependencyGraph(chain);

        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => $"p{i}"), graph.TopologicalOrder);
        Assert.Equal(19_999, graph.DependentsOf("p0").Count);
    }

    [Fact]
    public void EveryAnswerIsThatOfABruteForceSearch() => Prop.ForAll(Arb.From(Graphs), edges =>
    {
        string Name(int i) => $"n{i}";
        var components = Enumerable.Range(0, 7).Select(i => Parts.Of(Name(i), [.. edges.Where(e => e.From == i).Select(e => Name(e.To)).Distinct()])).ToArray();
        var graph = new DependencyGraph(components.Reverse());
        var reach = Closure(edges);

        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(Enumerable.Range(0, 7).Where(j => j != i && reach[i, j]).Select(Name), graph.DependenciesOf(Name(i)));
            Assert.Equal(Enumerable.Range(0, 7).Where(j => j != i && reach[j, i]).Select(Name), graph.DependentsOf(Name(i)));
        }

        var order = graph.TopologicalOrder.ToList();
        Assert.Equal(7, order.Distinct().Count());
        Assert.All(edges.Where(e => !reach[e.To, e.From]), e => Assert.True(order.IndexOf(Name(e.To)) < order.IndexOf(Name(e.From))));
        var knots = Enumerable.Range(0, 7).Where(i => reach[i, i]).Select(i => Enumerable.Range(0, 7).First(j => reach[i, j] && reach[j, i])).Distinct().ToList();
        Assert.Equal(knots.Select(Name), graph.Cycles.Select(cycle => cycle[0]));
        Assert.All(graph.Cycles, cycle => Assert.All(cycle.Zip([.. cycle.Skip(1), cycle[0]]), step => Assert.Contains(edges, e => (Name(e.From), Name(e.To)) == (step.First, step.Second))));
        Assert.All(components, one => Assert.Equal(order, new DependencyGraph(components.OrderBy(c => c.Name == one.Name)).TopologicalOrder));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<List<(int From, int To)>> Graphs =>
        from edges in Gen.Choose(0, 6).Two().ListOf()
        select edges.Select(e => (e.Item1, e.Item2)).ToList();

    private static bool[,] Closure(List<(int From, int To)> edges)
    {
        var reach = new bool[7, 7];
        foreach (var (from, to) in edges)
            reach[from, to] = true;
        for (var k = 0; k < 7; k++)
        {
            for (var i = 0; i < 7; i++)
            {
                for (var j = 0; j < 7; j++)
                    reach[i, j] |= reach[i, k] && reach[k, j];
            }
        }

        return reach;
    }
}
