using System.Reflection;

namespace Theseus.Packaging;

/// <summary>Finds out how a component keeps state, from the interfaces that it implements and the attributes that it has.</summary>
internal static class StateScan
{
    private static readonly string abstractions = typeof(ComponentAttribute).Assembly.GetName().Name!;
    private static readonly TypeName transferable = new(abstractions, typeof(ITransferableState).FullName!);
    private static readonly TypeName catchUp = new(abstractions, typeof(ICatchUpState).FullName!);
    private static readonly TypeName migration = new(abstractions, typeof(IStateMigration).FullName!);
    private static readonly TypeName reversible = new(abstractions, typeof(IReversibleStateMigration).FullName!);
    private static readonly TypeName ofChanges = new(abstractions, typeof(IChangeMigration).FullName!);

    public static StateDeclaration Make(ComponentClass component, AssemblyImage image, AssemblySet assemblies, IReadOnlySet<TypeName> interfaces, SealFaults faults)
    {
        var exported = interfaces.Contains(transferable) || interfaces.Contains(catchUp);
        var schemas = AttributeReader.Read<StateSchemaAttribute>(image, component.Type);
        var schema = schemas.FirstOrDefault()?.Number(0) ?? 0;
        var shared = AttributeReader.Read<SharedStateAttribute>(image, component.Type).FirstOrDefault();
        var migrations = Migrations(image, assemblies, faults);
        if (exported && schemas.Count == 0)
            faults.Add("THS3011", $"'{component.FullName}' exports its state: declare its schema with [StateSchema].");
        if (!exported && schemas.Count > 0)
            faults.Add("THS3011", $"'{component.FullName}' has a [StateSchema] and does not implement {nameof(ITransferableState)} or {nameof(ICatchUpState)}.");
        if (exported && shared is not null)
            faults.Add("THS3011", $"'{component.FullName}' both shares and exports its state: it can do one of them.");
        if (schemas.Count > 0 && schema < 1)
            faults.Add("THS3011", "A state's schema version is 1 or greater.");
        if (migrations.FirstOrDefault(m => m.To > schema) is { } beyond)
            faults.Add("THS3013", $"The migration '{beyond.Type}' leads to schema {beyond.To}, beyond the component's own, {schema}.");
        if (shared is null)
            return new(interfaces.Contains(catchUp) ? StateKind.CaughtUp : exported ? StateKind.Transferred : StateKind.None, schema, null, migrations);
        var type = shared.Text(0);
        if (TypeName.Parse(type, image.Name).Assembly == image.Name)
            faults.Add("THS3012", $"The shared state type '{type}' is declared in the component's own assembly. Move it to an assembly that the host shares.");
        return new(StateKind.Shared, 0, type, migrations);
    }

    private static List<MigrationDeclaration> Migrations(AssemblyImage image, AssemblySet assemblies, SealFaults faults)
    {
        var migrations = new List<MigrationDeclaration>();
        foreach (var handle in image.Reader.TypeDefinitions)
        {
            var type = image.Reader.GetTypeDefinition(handle);
            if (AttributeReader.Read<StateMigrationAttribute>(image, type) is not [var attribute])
                continue;
            var name = image.NameOf(type);
            var (from, to) = (attribute.Number(0), attribute.Number(1));
            var interfaces = assemblies.InterfacesOf(image, type);
            if (!interfaces.Contains(migration))
                faults.Add("THS3013", $"'{name}' is marked with [StateMigration] and does not implement {nameof(IStateMigration)}.");
            if (from < 1 || to <= from)
                faults.Add("THS3013", $"The migration '{name}' must lead from schema 1 or greater to a greater one.");
            if (!ComponentScan.IsPublic(image, type) || (type.Attributes & TypeAttributes.Abstract) != 0 || type.GetGenericParameters().Count > 0
                || !ComponentScan.HasPublicConstructor(image, type, withoutParameters: true))
                faults.Add("THS3013", $"The migration '{name}' must be public and concrete, with a public constructor without parameters.");
            if (migrations.Any(m => m.From == from && m.To == to))
                faults.Add("THS3013", $"There are two migrations from schema {from} to {to}.");
            migrations.Add(new(from, to, interfaces.Contains(reversible), interfaces.Contains(ofChanges), name));
        }

        return [.. migrations.OrderBy(m => m.From).ThenBy(m => m.To)];
    }
}
