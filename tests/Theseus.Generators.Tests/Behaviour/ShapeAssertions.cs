namespace Theseus.Generators.Tests.Behaviour;

/// <summary>Calls a proxy in every shape, and checks that arguments and results come through.</summary>
internal static class ShapeAssertions
{
    public static void AllAreForwarded(IProbe proxy, Probe probe)
    {
        proxy.Count = 5;
        Assert.Equal(5, probe.Count);
        Assert.Equal(5, proxy.Count);
        proxy[1, "a"] = "item";
        Assert.Equal("item", proxy[1, "a"]);

        Assert.Equal("base", ((IBase)proxy).Name);
        ((IOther)proxy).Name = "renamed";
        Assert.Equal("renamed", probe.Name);
        Assert.Equal(11, ((IBase)proxy).Same(10));
        Assert.Equal(12, ((IOther)proxy).Same(10));

        Assert.Equal(3, proxy.Add(1));
        Assert.Equal(16, proxy.Sum([1, 2, 3], 10m));

        var target = new int[4];
        var calls = 6;
        Assert.Equal(42, proxy.Fill(target, ref calls, out var last));
        Assert.Equal([7, 7, 7, 7], target);
        Assert.Equal(7, calls);
        Assert.Equal(4, last);

        Assert.Equal("x", proxy.Trim(" x ").ToString());
        Assert.Equal(3, proxy.Params(1, 2, 3));
        Assert.Equal("abc", proxy.@class("a", "b", "c"));

        Assert.Equal("echo", proxy.Echo("echo"));
        Assert.Equal(9, proxy.Maybe<int>(9, give: true));
        Assert.Null(proxy.Maybe("text", give: false));
        Assert.Equal(2, proxy.Pick(new Dictionary<int, string> { [2] = "two" }, "two"));
        Assert.Equal(8, proxy.Twice(4));
        Assert.Equal(7, proxy.Fixed());
        Assert.Equal(2, (int)proxy.Loose(1));
    }
}
