using System.Reflection.Metadata;

namespace Theseus.Control.Validation;

/// <summary>Whether something that code refers to is there.</summary>
internal enum Presence
{
    Present,
    Absent,

    /// <summary>It leads to assemblies whose metadata is not at hand, the framework's for instance.</summary>
    Unknown,
}

/// <summary>Follows references between assemblies by their metadata. Thread-safe as far as the given lookup is.</summary>
/// <param name="find">Gives an assembly by its simple name; null where it is not to be looked into.</param>
internal sealed class MemberLookup(Func<string, AssemblyMetadata?> find)
{
    private const int Deepest = 64;

    // What every class and value has, whose own assembly is never looked into for it.
    private static readonly HashSet<string> ofEveryObject = new(StringComparer.Ordinal) { "Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString" };

    /// <summary>A type's definition and the assembly that has it, after all that it was moved by; null with the reason in <paramref name="presence"/>.</summary>
    public (AssemblyMetadata Assembly, TypeDefinition Type)? Find(TypeId type, out Presence presence)
    {
        var name = type.Assembly;
        // Crafted metadata may go round in circles.
        for (var moves = 0; moves < Deepest && name is not null; moves++)
        {
            if (find(name) is not { } assembly)
            {
                presence = Presence.Unknown;
                return null;
            }

            if (assembly.Find(type.FullName) is { } definition)
            {
                presence = Presence.Present;
                return (assembly, definition);
            }

            // Nested types move with the outermost one.
            name = assembly.ForwardOf(type.FullName.Split('+')[0]);
        }

        presence = Presence.Absent;
        return null;
    }

    /// <summary>Whether a member that an assembly refers to is there, in the type itself or one that it is derived from.</summary>
    public Presence Look(AssemblyMetadata from, MemberReference member, TypeId parent)
    {
        var reader = from.Reader;
        var name = reader.GetString(member.Name);
        var isMethod = member.GetKind() == MemberReferenceKind.Method;
        var wanted = TypeNames.SignatureOf(reader, member, []);
        for (var (type, depth) = (parent, 0); depth < Deepest; depth++)
        {
            if (Find(type, out var presence) is not { } found)
                return presence;
            if (isMethod ? HasMethod(found, name, wanted) : HasField(found, name, wanted))
                return Presence.Present;
            // Constructors are not inherited.
            if (found.Type.BaseType.IsNil || name is ".ctor" or ".cctor")
                return Presence.Absent;
            if (TypeNames.Identify(found.Assembly, found.Type.BaseType, []) is not { } next)
                return Presence.Unknown;
            // A constructed base has its members' types written in its own parameters: comparing them would mislead.
            if (next.Arguments.Length > 0)
                return Presence.Unknown;
            if (next.FullName is "System.Object" or "System.ValueType")
                return ofEveryObject.Contains(name) ? Presence.Present : Presence.Absent;
            type = next;
        }

        return Presence.Unknown;
    }

    private static bool HasMethod((AssemblyMetadata Assembly, TypeDefinition Type) found, string name, string wanted)
    {
        var reader = found.Assembly.Reader;
        foreach (var handle in found.Type.GetMethods())
        {
            var method = reader.GetMethodDefinition(handle);
            if (reader.StringComparer.Equals(method.Name, name) && TypeNames.SignatureOf(reader, method, []) == wanted)
                return true;
        }

        return false;
    }

    private static bool HasField((AssemblyMetadata Assembly, TypeDefinition Type) found, string name, string wanted)
    {
        var reader = found.Assembly.Reader;
        foreach (var handle in found.Type.GetFields())
        {
            var field = reader.GetFieldDefinition(handle);
            if (reader.StringComparer.Equals(field.Name, name) && TypeNames.SignatureOf(reader, field) == wanted)
                return true;
        }

        return false;
    }
}
