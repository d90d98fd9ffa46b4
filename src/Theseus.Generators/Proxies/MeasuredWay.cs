namespace Theseus.Generators.Proxies;

/// <summary>
/// Writes the measured way of a call, which is taken when the fast way is refused: as the fast way, with how the call went
/// told before its lease is given back. There must be no lambda in these bodies either.
/// </summary>
internal static class MeasuredWay
{
    public static void Write(CodeWriter code, MemberModel member, CallModel call)
    {
        var lease = CodeNames.Free("lease", call, member);
        FastWay.Enter(code, call, $"this.Slot.TryEnterMeasured({call.Index}, out var {lease})", Invocation.OfHelper(member, call, call.Helper));
        var invocation = Invocation.Of(member, call, $"{lease}.Instance<{member.Declaring}>()");
        switch (call.Way)
        {
            case CallWay.Synchronous:
                Synchronous(code, member, call, lease, invocation);
                break;

            case CallWay.Task:
            case CallWay.TaskOfResult:
                Task(code, member, call, lease, invocation);
                break;

            default:
                ValueTask(code, member, call, lease, invocation);
                break;
        }
    }

    // Returned from within the try: what may live on the stack only cannot always be kept in a variable until after it.
    private static void Synchronous(CodeWriter code, MemberModel member, CallModel call, string lease, string invocation)
    {
        var failure = CodeNames.Free("failure", call, member);
        var thrown = CodeNames.Free("thrown", call, member);
        code.Line($"global::System.Exception? {failure} = null;")
            .Open("try")
            .Line($"{(call.Returns == "void" ? "" : "return ")}{invocation};")
            .Close()
            .Open($"catch (global::System.Exception {thrown})")
            .Line($"{failure} = {thrown};")
            .Line("throw;")
            .Close()
            .Open("finally")
            .Line($"{lease}.EndHere({call.Index}, {failure}, {Token(call)});")
            .Close();
    }

    private static void Task(CodeWriter code, MemberModel member, CallModel call, string lease, string invocation)
    {
        var task = CodeNames.Free("task", call, member);
        code.Line($"{call.Returns} {task};")
            .Open("try")
            .Line($"{task} = {invocation};")
            .Close();
        Failed(code, member, call, lease);
        code.Open($"if ({task} is null)")
            .Line($"{lease}.FailedHere({call.Index}, null, {Token(call)});")
            .Line($"return {task};")
            .Close()
            .Line()
            .Open($"if ({task}.IsCompletedSuccessfully)")
            .Line($"{lease}.AnsweredHere({call.Index});")
            .Line($"return {task};")
            .Close()
            .Line()
            .Line($"return global::Theseus.Calls.LeasedTask.Await({task}, {lease}, {call.Index}, {Token(call)});");
    }

    private static void ValueTask(CodeWriter code, MemberModel member, CallModel call, string lease, string invocation)
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
            .Line($"return global::Theseus.Calls.LeasedTask.Await({task}, {lease}, {call.Index}, {Token(call)});")
            .Close()
            .Line()
            .Line(hasResult ? $"{result} = {task}.Result;" : $"{task}.GetAwaiter().GetResult();")
            .Close();
        Failed(code, member, call, lease);
        code.Line($"{lease}.AnsweredHere({call.Index});").Line(hasResult ? $"return new {call.Returns}({result});" : "return default;");
    }

    private static void Failed(CodeWriter code, MemberModel member, CallModel call, string lease)
    {
        var failure = CodeNames.Free("failure", call, member);
        code.Open($"catch (global::System.Exception {failure})")
            .Line($"{lease}.FailedHere({call.Index}, {failure}, {Token(call)});")
            .Line("throw;")
            .Close()
            .Line();
    }

    private static string Token(CallModel call) => call.Parameters.FirstOrDefault(parameter => parameter.IsToken)?.Name ?? "default";
}
