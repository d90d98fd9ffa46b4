using System.Reflection;
using System.Reflection.Metadata;

namespace Theseus.Packaging;

/// <summary>The component class of an assembly.</summary>
internal sealed record ComponentClass(TypeDefinition Type, string FullName, AttributeValues Attribute);

/// <summary>Finds the component class of an assembly.</summary>
internal static class ComponentScan
{
    /// <summary>Null if there is none, or more than one, which is a fault.</summary>
    public static ComponentClass? Find(AssemblyImage image, SealFaults faults)
    {
        var found = new List<ComponentClass>();
        foreach (var handle in image.Reader.TypeDefinitions)
        {
            var type = image.Reader.GetTypeDefinition(handle);
            if (AttributeReader.Read<ComponentAttribute>(image, type) is [var attribute])
                found.Add(new(type, image.NameOf(type), attribute));
        }

        if (found.Count > 1)
            faults.Add("THS3001", $"A component's project has one class marked with [Component]; these are marked: {string.Join(", ", found.Select(f => f.FullName))}.");
        return found is [var component] ? component : null;
    }

    public static void CheckClass(ComponentClass component, AssemblyImage image, SealFaults faults)
    {
        var attributes = component.Type.Attributes;
        if (!IsPublic(image, component.Type) || (attributes & TypeAttributes.Abstract) != 0 || component.Type.GetGenericParameters().Count > 0)
            faults.Add("THS3003", $"The class '{component.FullName}' must be public, concrete and not generic.");
        else if (!HasPublicConstructor(image, component.Type, withoutParameters: false))
            faults.Add("THS3003", $"The class '{component.FullName}' needs a public constructor.");
    }

    public static bool IsPublic(AssemblyImage image, TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public => true,
        TypeAttributes.NestedPublic => IsPublic(image, image.Reader.GetTypeDefinition(type.GetDeclaringType())),
        _ => false,
    };

    public static bool HasPublicConstructor(AssemblyImage image, TypeDefinition type, bool withoutParameters)
    {
        foreach (var handle in type.GetMethods())
        {
            var method = image.Reader.GetMethodDefinition(handle);
            if ((method.Attributes & (MethodAttributes.MemberAccessMask | MethodAttributes.Static)) != MethodAttributes.Public
                || !image.Reader.StringComparer.Equals(method.Name, ".ctor"))
                continue;
            if (!withoutParameters)
                return true;
            var signature = image.Reader.GetBlobReader(method.Signature);
            signature.ReadSignatureHeader();
            if (signature.ReadCompressedInteger() == 0)
                return true;
        }

        return false;
    }
}
