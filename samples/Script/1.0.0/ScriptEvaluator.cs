using Jint;
using Jint.Native;
using Jint.Parser;
using Jint.Runtime;

namespace Theseus.Samples.Script;

/// <remarks>A fresh engine for each call: an expression sees nothing of the ones before it, and calls need no lock.</remarks>
[Component("script", typeof(IScriptEvaluator))]
public sealed class ScriptEvaluator : IScriptEvaluator, IWarmUp<IScriptEvaluator>
{
    // Bounds a runaway expression: every statement and every turn of a loop counts.
    private const int MostStatements = 100_000;

    public string Engine => "Jint 2.10.4";

    public IEnumerable<WarmUpCall<IScriptEvaluator>> WarmUpCalls =>
    [
        new("Evaluate", (script, _) =>
        {
            script.Evaluate("price * (1 + tax)", new Dictionary<string, double> { ["price"] = 10, ["tax"] = 0.25 });
            return ValueTask.CompletedTask;
        }),
        new("EvaluateText", (script, _) =>
        {
            script.EvaluateText("[3, 1, 2].sort().map(function (x) { return x * n; }).join('-')", new Dictionary<string, double> { ["n"] = 2 });
            return ValueTask.CompletedTask;
        }),
    ];

    public double Evaluate(string expression, IReadOnlyDictionary<string, double> variables) =>
        Run(expression, variables, TypeConverter.ToNumber);

    public string EvaluateText(string expression, IReadOnlyDictionary<string, double> variables) =>
        Run(expression, variables, TypeConverter.ToString);

    private static TResult Run<TResult>(string expression, IReadOnlyDictionary<string, double> variables, Func<JsValue, TResult> convert)
    {
        var engine = new Engine(options => options.Strict().MaxStatements(MostStatements));
        foreach (var (name, value) in variables)
        {
            engine.SetValue(name, value);
        }

        try
        {
            return convert(engine.Execute(expression).GetCompletionValue());
        }
        catch (Exception exception) when (exception is JavaScriptException or ParserException or StatementsCountOverflowException)
        {
            throw new ScriptException(exception.Message);
        }
    }
}
