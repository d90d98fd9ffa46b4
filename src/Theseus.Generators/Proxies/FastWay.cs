namespace Theseus.Generators.Proxies;

/// <summary>
/// Writes the fast way of a call: a lease is two counts, and nothing is allocated. There must be no lambda in these
/// bodies: the compiler would make its closure before the first line.
/// </summary>
internal static class FastWay
{
    public static void Write(CodeWriter code, MemberModel member, CallModel call)
    {
        var lease = CodeNames.Free("lease", call, member);
        Enter(code, call, $"this.Slot.TryEnter({call.Index}, out var {lease})", Invocation.OfHelper(member, call, call.MeasuredHelper));
        var invocation = Invocation.Of(member, call, $"{lease}.Instance<{member.Declaring}>()");
        var exit = $"{lease}.ExitHere({call.Index});";
        switch (call.Way)
        {
            case CallWay.Synchronous:
                code.Open("try")
                    .Line($"{(call.Returns == "void" ? "" : "return ")}{invocation};")
                    .Close()
                    .Open("finally")
                    .Line(exit)
                    .Close();
                break;

            case CallWay.Task:
            case CallWay.TaskOfResult:
                var task = CodeNames.Free("task", call, member);
                code.Line($"{call.Returns} {task};")
                    .Open("try")
                    .Line($"{task} = {invocation};")
                    .Close();
                Left(code, exit);
                code.Open($"if ({task} is null || {task}.IsCompleted)")
                    .Line(exit)
                    .Line($"return {task};")
                    .Close()
                    .Line()
                    .Line($"return global::Theseus.Calls.LeasedTask.Await({task}, {lease}, {call.Index});");
                break;

            default:
                ValueTask(code, member, call, lease, invocation, exit);
                break;
        }
    }

    /// <summary>Writes the way in, and which way is taken when it is refused.</summary>
    public static void Enter(CodeWriter code, CallModel call, string entry, string otherwise)
    {
        code.Open($"if (!{entry})");
        if (call.Returns == "void")
        {
            code.Line($"{otherwise};").Line("return;");
        }
        else
        {
            code.Line($"return {otherwise};");
        }

        code.Close().Line();
    }

    private static void ValueTask(CodeWriter code, MemberModel member, CallModel call, string lease, string invocation, string exit)
    {
        var task = CodeNames.Free("task", call, member);
        var result = CodeNames.Free("result", call, member);
        var hasResult = call.Way == CallWay.ValueTaskOfResult;
        if (hasResult)
        {
            code.Line($"{call.Result} {result};");
        }

        code.Open("try")
            .Line($"var {task} = {invocation};")
            .Open($"if (!{task}.IsCompletedSuccessfully)")
            .Line($"return global::Theseus.Calls.LeasedTask.Await({task}, {lease}, {call.Index});")
            .Close()
            .Line()
            // Taking the result may run the component's code, if a source of its own is behind it.
            .Line(hasResult ? $"{result} = {task}.Result;" : $"{task}.GetAwaiter().GetResult();")
            .Close();
        Left(code, exit);
        code.Line(exit).Line(hasResult ? $"return new {call.Returns}({result});" : "return default;");
    }

    private static void Left(CodeWriter code, string exit) =>
        code.Open("catch").Line(exit).Line("throw;").Close().Line();
}
