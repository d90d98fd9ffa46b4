namespace Theseus.Generators.Proxies;

/// <summary>
/// Writes one member: always as an explicit implementation, so that members of one name from different interfaces stay
/// apart, and nothing of the proxy's own can hide them.
/// </summary>
internal static class MemberWriter
{
    public static void Write(CodeWriter code, MemberModel member)
    {
        code.Line();
        Obsolete(code, member);
        var modifier = member.IsUnsafe ? "unsafe " : "";
        switch (member.Shape)
        {
            case MemberShape.Method:
                var types = TypeParameters(member);
                code.Line($"{modifier}{member.Type} {member.Declaring}.{member.Name}{types}({Declared(member.Parameters)})");
                Restated(code, member);
                code.Open();
                Body(code, member, member.Read!);
                code.Close();
                break;

            case MemberShape.Event:
                code.Open($"event {member.Type} {member.Declaring}.{member.Name}")
                    .Line($"add {{ {Refuse("an event's handlers would be held by one version of the component")} }}")
                    .Line($"remove {{ {Refuse("an event's handlers would be held by one version of the component")} }}")
                    .Close();
                break;

            default:
                var name = member.Shape == MemberShape.Indexer ? $"this[{Declared(member.Parameters)}]" : member.Name;
                code.Open($"{modifier}{member.Type} {member.Declaring}.{name}");
                Accessor(code, member, member.Read, "get");
                Accessor(code, member, member.Write, member.HasInit ? "init" : "set");
                code.Close();
                break;
        }

        Helpers(code, member, member.Read);
        Helpers(code, member, member.Write);
    }

    public static string TypeParameters(MemberModel member) =>
        member.TypeParameters.Count == 0 ? "" : $"<{string.Join(", ", member.TypeParameters.Select(type => type.Name))}>";

    private static void Accessor(CodeWriter code, MemberModel member, CallModel? call, string keyword)
    {
        if (call is not null)
        {
            code.Open(keyword);
            Body(code, member, call);
            code.Close();
        }
    }

    private static void Body(CodeWriter code, MemberModel member, CallModel call)
    {
        switch (call.Way)
        {
            case CallWay.Refused:
                code.Line(Refuse(call.Refusal));
                break;
            case CallWay.Ignored:
                code.Line("// The component's life is its host's affair.");
                if (call.Returns != "void")
                {
                    code.Line("return default;");
                }

                break;
            case CallWay.Synchronous:
            case CallWay.Task:
            case CallWay.TaskOfResult:
            case CallWay.ValueTask:
            case CallWay.ValueTaskOfResult:
                FastWay.Write(code, member, call);
                break;
            default:
                // Streams and sequences hold more than a counter: they always take the routed way.
                RoutedWay.Write(code, member, call);
                break;
        }
    }

    // The ways beside the fast one are methods of their own, so that what they need costs the fast one nothing.
    private static void Helpers(CodeWriter code, MemberModel member, CallModel? call)
    {
        if (call is not { Way: CallWay.Synchronous or CallWay.Task or CallWay.TaskOfResult or CallWay.ValueTask or CallWay.ValueTaskOfResult })
        {
            return;
        }

        Helper(code, member, call, call.MeasuredHelper, MeasuredWay.Write);
        Helper(code, member, call, call.Helper, RoutedWay.Write);
    }

    private static void Helper(CodeWriter code, MemberModel member, CallModel call, string name, Action<CodeWriter, MemberModel, CallModel> write)
    {
        code.Line();
        Obsolete(code, member);
        code.Line("[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]")
            .Line($"private {(member.IsUnsafe ? "unsafe " : "")}{call.Returns} {name}{TypeParameters(member)}({Declared(call.Parameters)})");
        ProxyWriter.Constraints(code, member.TypeParameters);
        code.Open();
        write(code, member, call);
        code.Close();
    }

    private static string Declared(EquatableArray<ParameterModel> parameters) =>
        string.Join(", ", parameters.Select(parameter => $"{parameter.Modifier}{parameter.Type} {parameter.Name}"));

    private static void Restated(CodeWriter code, MemberModel member)
    {
        var signature = string.Join(" ", member.Parameters.Select(parameter => parameter.Type)) + " " + member.Type;
        foreach (var type in member.TypeParameters)
        {
            if (signature.Contains(type.Name + "?"))
            {
                code.Continued($"where {type.Name} : {type.Restated}");
            }
        }
    }

    private static void Obsolete(CodeWriter code, MemberModel member)
    {
        if (member.IsObsolete)
        {
            code.Line("[global::System.Obsolete]");
        }
    }

    private static string Refuse(string reason) =>
        $"throw new global::System.NotSupportedException({CodeNames.Literal($"A proxy cannot forward this: {reason}.")});";
}
