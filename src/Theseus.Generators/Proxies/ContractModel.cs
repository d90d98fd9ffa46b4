namespace Theseus.Generators.Proxies;

// What the generator knows of a contract: text and numbers only, never a symbol, so that two readings of the same
// source are equal and nothing is written anew.

internal sealed record ContractModel(
    string HintName,
    string Namespace,
    string ProxyName,
    bool IsPublic,
    string Contract,
    string OpenContract,
    EquatableArray<TypeParameterModel> TypeParameters,
    EquatableArray<MemberModel> Members);

/// <param name="Name">As it is written in code.</param>
/// <param name="Constraints">What follows <c>where T :</c>; empty for none.</param>
/// <param name="Restated">The one constraint that an explicit implementation restates, so that <c>T?</c> means the same.</param>
internal sealed record TypeParameterModel(string Name, string Constraints, string Restated);

internal enum MemberShape
{
    Method,
    Property,
    Indexer,
    Event,
}

/// <param name="Shape">What it is.</param>
/// <param name="Declaring">The interface that declares it.</param>
/// <param name="Name">As it is written in code.</param>
/// <param name="Type">What it returns or holds, with <c>ref</c> if it returns a reference.</param>
/// <param name="TypeParameters">Of a generic method.</param>
/// <param name="Parameters">Of a method or an indexer.</param>
/// <param name="Read">The method's call, or the getter's.</param>
/// <param name="Write">The setter's.</param>
/// <param name="HasInit">Whether the setter is <c>init</c>.</param>
/// <param name="IsUnsafe">Whether pointers occur in it.</param>
/// <param name="IsObsolete">Whether using it is reported by the compiler.</param>
internal sealed record MemberModel(
    MemberShape Shape,
    string Declaring,
    string Name,
    string Type,
    EquatableArray<TypeParameterModel> TypeParameters,
    EquatableArray<ParameterModel> Parameters,
    CallModel? Read,
    CallModel? Write,
    bool HasInit,
    bool IsUnsafe,
    bool IsObsolete);

/// <param name="Index">The method's number in the proxy.</param>
/// <param name="ReportName">Its name for reports.</param>
/// <param name="Helper">The name of the method that takes the routed way.</param>
/// <param name="MeasuredHelper">The name of the method that takes the measured way.</param>
/// <param name="Way">How its lease is held.</param>
/// <param name="Returns">Its return type; <c>void</c> for setters.</param>
/// <param name="Result">What a task gives or a sequence consists of; empty for none.</param>
/// <param name="Parameters">All parameters; a setter's value is the last.</param>
/// <param name="ReturnsRefLike">Whether the result may live on the stack only.</param>
/// <param name="IsIdempotent">Whether it may be called twice.</param>
/// <param name="Refusal">Why it cannot be forwarded, where <paramref name="Way"/> is <see cref="CallWay.Refused"/>.</param>
internal sealed record CallModel(
    int Index,
    string ReportName,
    string Helper,
    string MeasuredHelper,
    CallWay Way,
    string Returns,
    string Result,
    EquatableArray<ParameterModel> Parameters,
    bool ReturnsRefLike,
    bool IsIdempotent,
    string Refusal);

/// <summary>How a call holds its lease.</summary>
internal enum CallWay
{
    Synchronous,
    Task,
    TaskOfResult,
    ValueTask,
    ValueTaskOfResult,
    Stream,
    TaskOfStream,
    ValueTaskOfStream,
    Sequence,
    UntypedSequence,
    AsyncSequence,
    Enumerator,
    UntypedEnumerator,
    AsyncEnumerator,

    /// <summary>Not forwarded: disposing of a proxy does nothing, since the component's life is the host's affair.</summary>
    Ignored,

    /// <summary>Not forwarded: throws. The analyzer reports it.</summary>
    Refused,
}

/// <summary>How an argument is kept until it is needed again.</summary>
internal enum Keeping
{
    AsItIs,

    /// <summary>A read-only reference: the value is copied.</summary>
    Copied,

    /// <summary>A read-only span: its elements are copied.</summary>
    CopiedToArray,

    Impossible,
}

/// <param name="Name">As it is written in code.</param>
/// <param name="Type">Its type.</param>
/// <param name="Modifier">What stands before the type where it is declared.</param>
/// <param name="ArgumentModifier">What stands before the name where it is passed on.</param>
/// <param name="Keeping">How its argument is kept.</param>
/// <param name="IsRefLike">Whether it may live on the stack only.</param>
/// <param name="IsToken">Whether it is the call's own cancellation token.</param>
/// <param name="IsRoutingKey">Whether calls stick by it.</param>
internal sealed record ParameterModel(
    string Name,
    string Type,
    string Modifier,
    string ArgumentModifier,
    Keeping Keeping,
    bool IsRefLike,
    bool IsToken,
    bool IsRoutingKey);
