using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Theseus.Samples.Tests;

public sealed class ScriptLaws
{
    private static readonly Dictionary<string, double> s_variables = new() { ["a"] = 3, ["b"] = -2.5, ["n"] = 10 };
    private static readonly IScriptEvaluator s_jint = new SampleRelease("Script.1.0.0").Construct<IScriptEvaluator>();
    private static readonly IScriptEvaluator s_jurassic = new SampleRelease("Script.2.0.0").Construct<IScriptEvaluator>();

    [Theory]
    [InlineData("a + b * n", -22)]
    [InlineData("Math.max(a, b, n) / 4", 2.5)]
    [InlineData("a > b ? n : 0", 10)]
    [InlineData("var s = 0; for (var i = 1; i <= n; i++) { s += i; } s", 55)]
    [InlineData("(function f(x) { return x < 2 ? 1 : x * f(x - 1); })(n)", 3628800)]
    [InlineData("[1, 2, 3].reduce(function (l, r) { return l + r; }, a)", 9)]
    [InlineData("'12' * 2", 24)]
    [InlineData("JSON.parse('{\"x\": [4, 5]}').x[1]", 5)]
    [InlineData("'no number' * 1", double.NaN)]
    public void BothEnginesEvaluateToTheNumber(string expression, double expected)
    {
        Assert.Equal(expected, s_jint.Evaluate(expression, s_variables));
        Assert.Equal(expected, s_jurassic.Evaluate(expression, s_variables));
    }

    [Theory]
    [InlineData("'n is ' + n", "n is 10")]
    [InlineData("[n, a].join('-')", "10-3")]
    [InlineData("'The Quick Fox'.replace(/([A-Z])/g, '<$1>')", "<T>he <Q>uick <F>ox")]
    [InlineData("JSON.stringify({ x: a, y: [b, null] })", "{\"x\":3,\"y\":[-2.5,null]}")]
    [InlineData("typeof c", "undefined")]
    [InlineData("1 / 0", "Infinity")]
    [InlineData("0.1 + 0.2", "0.30000000000000004")]
    public void BothEnginesEvaluateToTheText(string expression, string expected)
    {
        Assert.Equal(expected, s_jint.EvaluateText(expression, s_variables));
        Assert.Equal(expected, s_jurassic.EvaluateText(expression, s_variables));
    }

    [Theory]
    [InlineData("a +")]
    [InlineData("unknown + 1")]
    [InlineData("throw new Error('stop')")]
    [InlineData("undeclared = 1")]
    public void BothEnginesRefuseWithTheContractsException(string expression)
    {
        Assert.Throws<ScriptException>(() => s_jint.Evaluate(expression, s_variables));
        Assert.Throws<ScriptException>(() => s_jurassic.Evaluate(expression, s_variables));
    }

    [Fact]
    public void AnExpressionSeesNothingOfTheOneBefore()
    {
        Assert.All([s_jint, s_jurassic], script =>
        {
            script.Evaluate("var left = 1; left", s_variables);
            Assert.Equal("undefined", script.EvaluateText("typeof left", s_variables));
        });
    }

    [Fact]
    public void BothEnginesAgreeOnArithmetic()
    {
        // The operators on bits get whole numbers alone: of Infinity and NaN as 32 bits the older engine has its own idea.
        var whole = Gen.Choose(0, 99).Select(number => number.ToString("D", null));
        var leaves = Gen.OneOf(Gen.Elements("a", "b", "n"), whole);
        var ofBits =
            from left in whole
            from operation in Gen.Elements("&", "|", "^", ">>")
            from right in whole
            select $"({left} {operation} {right})";
        var expressions = Tree(4);
        Prop.ForAll(expressions.ToArbitrary(), expression =>
                Equals(s_jint.Evaluate(expression, s_variables), s_jurassic.Evaluate(expression, s_variables)))
            .QuickCheckThrowOnFailure();

        Gen<string> Tree(int depth) => depth == 0
            ? leaves
            : Gen.OneOf(
                leaves,
                ofBits,
                from left in Tree(depth - 1)
                from operation in Gen.Elements("+", "-", "*", "/", "%", "<", "===")
                from right in Tree(depth - 1)
                select $"({left} {operation} {right})");
    }
}
