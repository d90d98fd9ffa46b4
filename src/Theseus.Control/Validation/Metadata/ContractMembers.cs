using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;

namespace Theseus.Control.Validation;

/// <summary>
/// Finds the members of a contract that a class does not implement: as the runtime does when it loads the class (ECMA-335,
/// II.12.2), but from metadata alone.
/// </summary>
internal sealed class ContractMembers(MemberLookup lookup)
{
    private const int Deepest = 64;

    /// <summary>What keeps a class from being called through an interface; empty if nothing does.</summary>
    /// <param name="contract">The interface, as the host has it.</param>
    /// <param name="entry">The class, as the release has it.</param>
    /// <param name="unknown">Whether part of the class lies in assemblies that cannot be looked into.</param>
    public IReadOnlyList<string> Missing(TypeId contract, TypeId entry, out bool unknown)
    {
        unknown = false;
        if (lookup.Find(contract, out _) is null)
            return [$"the host's {contract.Assembly} has no {contract.FullName}"];
        var required = Required(contract);
        var classes = Classes(entry, ref unknown);
        var isUnknown = unknown;
        return
        [
            .. required.Where(one => !classes.Any(type => Implements(type, one)) && !isUnknown).Select(one => $"{one.Interface}.{one.Name}: {one.Signature}"),
            .. classes.SelectMany(Dangling).Distinct(StringComparer.Ordinal),
        ];
    }

    // The runtime does not load a class that implements by name what is no longer there.
    private IEnumerable<string> Dangling(Class type)
    {
        var reader = type.Assembly.Reader;
        foreach (var handle in type.Definition.GetMethodImplementations())
        {
            var declaration = reader.GetMethodImplementation(handle).MethodDeclaration;
            if (declaration.Kind == HandleKind.MemberReference
                && reader.GetMemberReference((MemberReferenceHandle)declaration) is var member
                && TypeNames.Identify(type.Assembly, member.Parent, type.Arguments) is { } parent
                && lookup.Look(type.Assembly, member, parent) == Presence.Absent)
                yield return $"{Full(parent)}.{reader.GetString(member.Name)}: it is implemented by name, and is not there any more";
        }
    }

    // Members with a body of their own need no implementation.
    private List<Member> Required(TypeId contract)
    {
        var members = new List<Member>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<TypeId>([contract]);
        while (open.TryDequeue(out var type))
        {
            if (!seen.Add(Full(type)) || lookup.Find(type, out _) is not var (assembly, definition))
                continue;
            foreach (var method in definition.GetMethods().Select(assembly.Reader.GetMethodDefinition).Where(method => method.Attributes.HasFlag(MethodAttributes.Abstract)))
                members.Add(new(Full(type), assembly.Reader.GetString(method.Name), TypeNames.SignatureOf(assembly.Reader, method, type.Arguments)));
            foreach (var implementation in definition.GetInterfaceImplementations())
            {
                if (TypeNames.Identify(assembly, assembly.Reader.GetInterfaceImplementation(implementation).Interface, type.Arguments) is { } inherited)
                    open.Enqueue(inherited);
            }
        }

        return members;
    }

    private List<Class> Classes(TypeId entry, ref bool unknown)
    {
        var classes = new List<Class>();
        for (var (type, depth) = ((TypeId?)entry, 0); type is not null && depth < Deepest; depth++)
        {
            if (type.FullName is "System.Object")
                return classes;
            if (lookup.Find(type, out var presence) is not var (assembly, definition))
            {
                unknown |= presence == Presence.Unknown;
                return classes;
            }

            classes.Add(new(assembly, definition, type.Arguments));
            type = definition.BaseType.IsNil ? null : TypeNames.Identify(assembly, definition.BaseType, type.Arguments);
        }

        return classes;
    }

    private static bool Implements(Class type, Member wanted)
    {
        var reader = type.Assembly.Reader;
        foreach (var handle in type.Definition.GetMethods())
        {
            var method = reader.GetMethodDefinition(handle);
            // Only a virtual method takes a slot of an interface by its name.
            var callable = (method.Attributes & (MethodAttributes.MemberAccessMask | MethodAttributes.Virtual)) == (MethodAttributes.Public | MethodAttributes.Virtual);
            if (callable && reader.StringComparer.Equals(method.Name, wanted.Name) && TypeNames.SignatureOf(reader, method, type.Arguments) == wanted.Signature)
                return true;
        }

        foreach (var handle in type.Definition.GetMethodImplementations())
        {
            if (DeclarationOf(type, reader.GetMethodImplementation(handle).MethodDeclaration) == wanted)
                return true;
        }

        return false;
    }

    // An explicit implementation names what it implements, in words of the assembly that it was built against.
    private static Member? DeclarationOf(Class type, EntityHandle handle)
    {
        var reader = type.Assembly.Reader;
        if (handle.Kind == HandleKind.MethodDefinition)
        {
            var method = reader.GetMethodDefinition((MethodDefinitionHandle)handle);
            return new(TypeNames.Of(reader, method.GetDeclaringType()), reader.GetString(method.Name), TypeNames.SignatureOf(reader, method, []));
        }

        var member = reader.GetMemberReference((MemberReferenceHandle)handle);
        return TypeNames.Identify(type.Assembly, member.Parent, type.Arguments) is { } parent
            ? new(Full(parent), reader.GetString(member.Name), TypeNames.SignatureOf(reader, member, parent.Arguments))
            : null;
    }

    private static string Full(TypeId type) => type.Arguments.IsEmpty ? type.FullName : $"{type.FullName}<{string.Join(", ", type.Arguments)}>";

    private sealed record Member(string Interface, string Name, string Signature);

    private sealed record Class(AssemblyMetadata Assembly, TypeDefinition Definition, ImmutableArray<string> Arguments);
}
