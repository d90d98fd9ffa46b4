namespace Theseus.Samples;

/// <summary>Evaluates JavaScript expressions, each in a scope of its own.</summary>
[Contract]
public interface IScriptEvaluator
{
    /// <summary>What evaluates, and in which version: <c>Jint 2.10.4</c>.</summary>
    [Idempotent]
    string Engine { get; }

    /// <summary>Evaluates an expression to a number.</summary>
    /// <param name="expression">The expression: <c>price * (1 + tax)</c>.</param>
    /// <param name="variables">What its names stand for.</param>
    /// <returns>The number; NaN if the result is not one.</returns>
    /// <exception cref="ScriptException">The expression cannot be parsed, or throws.</exception>
    [Idempotent]
    double Evaluate(string expression, IReadOnlyDictionary<string, double> variables);

    /// <summary>Evaluates an expression to a text, as JavaScript's <c>String(...)</c> gives it.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="variables">What its names stand for.</param>
    /// <exception cref="ScriptException">The expression cannot be parsed, or throws.</exception>
    [Idempotent]
    string EvaluateText(string expression, IReadOnlyDictionary<string, double> variables);
}

/// <summary>An expression could not be evaluated. The engine's own exception stays inside the component, since whoever kept it would keep the component's code alive.</summary>
/// <param name="message">What is wrong with the expression.</param>
public sealed class ScriptException(string message) : Exception(message);
