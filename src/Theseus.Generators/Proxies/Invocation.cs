namespace Theseus.Generators.Proxies;

/// <summary>Writes the call of a member on an instance.</summary>
internal static class Invocation
{
    /// <param name="member">The member.</param>
    /// <param name="call">The method, or the accessor.</param>
    /// <param name="instance">The instance, of the declaring interface's type.</param>
    /// <param name="argument">How a parameter is passed on; by default as it came.</param>
    public static string Of(MemberModel member, CallModel call, string instance, Func<ParameterModel, string>? argument = null)
    {
        argument ??= parameter => parameter.ArgumentModifier + parameter.Name;
        var arguments = call.Parameters.Select(argument).ToArray();
        if (member.Shape == MemberShape.Method)
        {
            return $"{instance}.{member.Name}{MemberWriter.TypeParameters(member)}({string.Join(", ", arguments)})";
        }

        // An accessor's last argument is the value to set, if it sets.
        var isSetter = ReferenceEquals(call, member.Write);
        var keys = isSetter ? arguments.Take(arguments.Length - 1) : arguments;
        var target = member.Shape == MemberShape.Indexer ? $"{instance}[{string.Join(", ", keys)}]" : $"{instance}.{member.Name}";
        return isSetter ? $"{target} = {arguments[arguments.Length - 1]}" : target;
    }

    /// <summary>The call of a method of the proxy's own that takes another way, with the same arguments.</summary>
    /// <param name="member">The member.</param>
    /// <param name="call">The method, or the accessor.</param>
    /// <param name="helper">The name of the proxy's method.</param>
    public static string OfHelper(MemberModel member, CallModel call, string helper) =>
        $"this.{helper}{MemberWriter.TypeParameters(member)}({string.Join(", ", call.Parameters.Select(parameter => (parameter.ArgumentModifier) + parameter.Name))})";
}
