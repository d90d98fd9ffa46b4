namespace Theseus.Samples.Tests;

/// <summary>The hand-over of state, over memory.</summary>
internal static class StateTransfer
{
    public static byte[] Export(this IRateLimiter limiter) => Write(((ITransferableState)limiter).ExportAsync);

    public static void Import(this IRateLimiter limiter, byte[] state) =>
        ((ITransferableState)limiter).ImportAsync(new MemoryStream(state), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public static byte[] BeginCopy(this IRateLimiter limiter) => Write(((ICatchUpState)limiter).BeginCopyAsync);

    public static byte[] ExportChanges(this IRateLimiter limiter) => Write(((ICatchUpState)limiter).ExportChangesAsync);

    public static void ApplyChanges(this IRateLimiter limiter, byte[] changes) =>
        ((ICatchUpState)limiter).ApplyChangesAsync(new MemoryStream(changes), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public static byte[] Migrate(this IStateMigration migration, byte[] state) => Convert(migration.MigrateAsync, state);

    public static byte[] MigrateChanges(this IChangeMigration migration, byte[] changes) => Convert(migration.MigrateChangesAsync, changes);

    public static byte[] Undo(this IReversibleStateMigration migration, byte[] state) => Convert(migration.UndoAsync, state);

    private static byte[] Convert(Func<Stream, Stream, CancellationToken, ValueTask> convert, byte[] input) =>
        Write((destination, cancellationToken) => convert(new MemoryStream(input), destination, cancellationToken));

    private static byte[] Write(Func<Stream, CancellationToken, ValueTask> write)
    {
        var destination = new MemoryStream();
        write(destination, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return destination.ToArray();
    }
}
