namespace Theseus.Generators.Tests.Diagnostics;

public sealed class ComponentDiagnosticsTests
{
    private const string Good =
        """
        namespace Users;
        [Contract] public interface IThing { void Do(); }
        public abstract class State : ITransferableState
        {
            public ValueTask ExportAsync(Stream destination, CancellationToken cancellationToken) => default;
            public ValueTask ImportAsync(Stream source, CancellationToken cancellationToken) => default;
            public ValueTask MigrateAsync(Stream source, Stream destination, CancellationToken cancellationToken) => default;
            public void Do() { }
        }
        """;

    [Theory]
    [InlineData("[Component(\"a-thing.2_x\", typeof(IThing))] public sealed class Thing : IThing { public void Do() { } }", null)]
    [InlineData("[Component(\"thing\", typeof(IThing))] public class Thing(TimeProvider time) : IThing { public void Do() { } private Thing() : this(TimeProvider.System) { } }", null)]
    [InlineData("[Component(\"thing\", typeof(IThing)), StateSchema(1)] public sealed class Thing : State, IThing { }", null)]
    [InlineData("[StateMigration(1, 2)] public sealed class Migration : State, IStateMigration { }", null)]
    [InlineData("public abstract class Migration : State, IStateMigration { }", null)]
    [InlineData("[Component(\"thing\", typeof(IThing))] internal sealed class Thing : IThing { public void Do() { } }", "THS2001 Thing")]
    [InlineData("[Component(\"thing\", typeof(IThing))] public abstract class Thing : IThing { public void Do() { } }", "THS2001 Thing")]
    [InlineData("[Component(\"thing\", typeof(IThing))] public sealed class Thing<T> : IThing { public void Do() { } }", "THS2001 Thing")]
    [InlineData("[Component(\"thing\", typeof(IThing))] public sealed class Thing { }", "THS2002 Thing")]
    [InlineData("[Component(\"thing\", typeof(State))] public sealed class Thing { }", "THS2002 Thing")]
    [InlineData("[Component(\"thing\", typeof(IThing))] public sealed class Thing : IThing { public void Do() { } private Thing() { } }", "THS2003 Thing")]
    [InlineData("[Component(\"thing\", typeof(IThing))] public sealed class Thing : IThing { public void Do() { } public Thing() { } public Thing(int i) { } }", "THS2003 Thing")]
    [InlineData("[Component(\"thing\", typeof(IThing))] public sealed class Thing : State, IThing { }", "THS2005 Thing")]
    [InlineData("public sealed class Migration : State, IStateMigration { }", "THS2006 Migration")]
    [InlineData("[StateMigration(1, 2)] public sealed class Migration { }", "THS2006 Migration")]
    [InlineData("[StateMigration(1, 2)] public sealed class Migration(int i) : State, IStateMigration { }", "THS2006 Migration")]
    [InlineData("[StateMigration(1, 2)] public abstract class Migration : State, IStateMigration { }", "THS2006 Migration")]
    [InlineData("[StateMigration(2, 2)] public sealed class Migration : State, IStateMigration { }", "THS2007 Migration")]
    [InlineData("[Component(\"Thing\", typeof(IThing))] public sealed class Thing : IThing { public void Do() { } }", "THS2008 Thing")]
    [InlineData("[Component(\"thing\", typeof(IThing)), StateSchema(0)] public sealed class Thing : State, IThing { }", "THS2009 Thing")]
    public async Task AComponentClassIsCheckedWhereItIsWritten(string source, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], await Compiled.DiagnosticsAsync(Good, "namespace Users;\n" + source));

    [Fact]
    public async Task ASecondComponentOfAProjectIsReported() => Assert.Equal(
        ["THS2004 Second"],
        await Compiled.DiagnosticsAsync(
            Good,
            """
            namespace Users;
            [Component("first", typeof(IThing))] public sealed class First : IThing { public void Do() { } }
            [Component("second", typeof(IThing))] public sealed class Second : IThing { public void Do() { } }
            """));
}
