namespace Theseus.Generators.Proxies;

/// <summary>
/// Writes the routed way of a call. Where the arguments can be kept, the call is handed as a lambda to
/// <c>Theseus.Calls.RoutedCalls</c>, which shields, counts and copies it; where they cannot, it is made in place, once.
/// </summary>
internal static class RoutedWay
{
    private const string Calls = "global::Theseus.Calls.RoutedCalls";
    private const string Leased = "global::Theseus.Calls.LeasedEnumerable";
    private const string Once = "global::Theseus.Calls.EnumeratedOnce";

    public static void Write(CodeWriter code, MemberModel member, CallModel call)
    {
        var isKept = !call.ReturnsRefLike && call.Parameters.All(parameter => parameter.Keeping != Keeping.Impossible);
        if (call.Way == CallWay.Synchronous && (!call.IsIdempotent || !isKept))
        {
            Synchronous(code, member, call);
        }
        else if (isKept)
        {
            Handed(code, member, call);
        }
        else
        {
            InPlace(code, member, call);
        }
    }

    private static void Synchronous(CodeWriter code, MemberModel member, CallModel call)
    {
        var routed = CodeNames.Free("routed", call, member);
        var failure = CodeNames.Free("failure", call, member);
        var thrown = CodeNames.Free("thrown", call, member);
        Begin(code, member, call, routed);
        code.Line($"global::System.Exception? {failure} = null;")
            .Open("try")
            .Line($"{(call.Returns == "void" ? "" : "return ")}{Invocation.Of(member, call, Instance(member, routed + ".Instance"))};")
            .Close()
            .Open($"catch (global::System.Exception {thrown})")
            .Line($"{failure} = {thrown};")
            .Line("throw;")
            .Close()
            .Open("finally")
            .Line($"{Calls}.Leave({routed}, {failure});")
            .Close();
    }

    private static void InPlace(CodeWriter code, MemberModel member, CallModel call)
    {
        var routed = CodeNames.Free("routed", call, member);
        var answer = CodeNames.Free("answer", call, member);
        var failure = CodeNames.Free("failure", call, member);
        Begin(code, member, call, routed);
        code.Line($"{call.Returns} {answer};")
            .Open("try")
            .Line($"{answer} = {Invocation.Of(member, call, Instance(member, routed + ".Instance"))};")
            .Close()
            .Open($"catch (global::System.Exception {failure})")
            .Line($"{Calls}.Leave({routed}, {failure});")
            .Line("throw;")
            .Close()
            .Line()
            .Line($"return {Calls}.{Finish(call.Way)}({routed}, {answer});");
    }

    private static void Handed(CodeWriter code, MemberModel member, CallModel call)
    {
        var kept = new Dictionary<ParameterModel, string>();
        foreach (var parameter in call.Parameters)
        {
            if (parameter.Keeping is Keeping.Copied or Keeping.CopiedToArray)
            {
                // A by-reference parameter cannot be captured; what it refers to now is what the call is about.
                var copy = CodeNames.Free(parameter.Name.TrimStart('@') + "_kept", call, member);
                code.Line($"var {copy} = {parameter.Name}{(parameter.Keeping == Keeping.CopiedToArray ? ".ToArray()" : "")};");
                kept.Add(parameter, copy);
            }
        }

        var instance = CodeNames.Free("instance", call, member);
        var token = CodeNames.Free("token", call, member);
        var callers = call.Parameters.FirstOrDefault(parameter => parameter.IsToken)?.Name ?? "default";
        var invocation = Invocation.Of(member, call, Instance(member, instance), parameter => Argument(parameter, kept, token, call.Way));

        var start = $"this.Slot, s_methods[{call.Index}], {Key(call)}";
        var now = $"{instance} => {invocation}";
        var later = $"({instance}, {token}) => {invocation}";
        var made = call.Way switch
        {
            CallWay.Synchronous when call.Returns == "void" => $"{Calls}.Invoke({start}, ({instance}, {token}) => {{ {invocation}; }}, {callers})",
            CallWay.Synchronous => $"{Calls}.Invoke<{call.Returns}>({start}, {later}, {callers})",
            CallWay.Task => $"{Calls}.InvokeTask({start}, {later}, {callers})",
            CallWay.TaskOfResult => $"{Calls}.InvokeTask<{call.Result}>({start}, {later}, {callers})",
            CallWay.ValueTask => $"{Calls}.InvokeValueTask({start}, {later}, {callers})",
            CallWay.ValueTaskOfResult => $"{Calls}.InvokeValueTask<{call.Result}>({start}, {later}, {callers})",
            CallWay.Stream => $"{Calls}.InvokeStream({start}, {now})",
            CallWay.TaskOfStream => $"{Calls}.InvokeStreamTask({start}, {later}, {callers})",
            CallWay.ValueTaskOfStream => $"{Calls}.InvokeStreamValueTask({start}, {later}, {callers})",
            CallWay.Sequence => $"{Leased}.Sync<{call.Result}>({start}, {now})",
            CallWay.UntypedSequence => $"{Leased}.Sync<object?>({start}, {instance} => global::System.Linq.Enumerable.Cast<object?>({invocation}))",
            CallWay.AsyncSequence => $"{Leased}.Async<{call.Result}>({start}, {later}, {callers})",
            CallWay.Enumerator => $"{Leased}.Sync<{call.Result}>({start}, {instance} => {Once}.Sequence<{call.Result}>({invocation})).GetEnumerator()",
            CallWay.UntypedEnumerator => $"{Leased}.Sync<object?>({start}, {instance} => {Once}.Untyped({invocation})).GetEnumerator()",
            CallWay.AsyncEnumerator => $"{Leased}.Async<{call.Result}>({start}, ({instance}, {token}) => {Once}.AsyncSequence<{call.Result}>({invocation}), {callers}).GetAsyncEnumerator()",
            _ => throw new InvalidOperationException($"{call.Way} is not forwarded."),
        };
        code.Line($"{(call.Returns == "void" ? "" : "return ")}{made};");
    }

    private static string Argument(ParameterModel parameter, Dictionary<ParameterModel, string> kept, string token, CallWay way) => parameter switch
    {
        { Keeping: Keeping.CopiedToArray } => $"new {parameter.Type}({kept[parameter]})",
        { Keeping: Keeping.Copied } => $"in {kept[parameter]}",
        { IsToken: true } when way is not (CallWay.Stream or CallWay.Sequence or CallWay.UntypedSequence or CallWay.Enumerator or CallWay.UntypedEnumerator) => token,
        _ => parameter.Name,
    };

    private static void Begin(CodeWriter code, MemberModel member, CallModel call, string routed) =>
        code.Line($"var {routed} = this.Slot.Begin(s_methods[{call.Index}], {Key(call)});");

    private static string Finish(CallWay way) => way switch
    {
        CallWay.Stream or CallWay.TaskOfStream or CallWay.ValueTaskOfStream => "LeaveWithStream",
        _ => "LeaveAfter",
    };

    private static string Instance(MemberModel member, string instance) => $"(({member.Declaring}){instance})";

    private static string Key(CallModel call)
    {
        var key = call.Parameters.FirstOrDefault(parameter => parameter.IsRoutingKey);
        return key is null ? "global::Theseus.Calls.RoutingKey.Current" : $"global::Theseus.Calls.RoutingKey.From({key.Name}{(key.IsRefLike ? ".ToString()" : "")})";
    }
}
