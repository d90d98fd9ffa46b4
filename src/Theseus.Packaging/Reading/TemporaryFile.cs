namespace Theseus.Packaging;

/// <summary>Files that go when they are closed.</summary>
internal static class TemporaryFile
{
    public static FileStream Create(string folder)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous | FileOptions.DeleteOnClose,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new(Path.Combine(folder, $"theseus-{Guid.NewGuid():N}.part"), options);
    }

    /// <summary>A fault if the source is longer than the limit.</summary>
    public static async ValueTask<PackageFault?> CopyAsync(Stream source, Stream destination, long limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[81920];
        var total = 0L;
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            total += read;
            if (total > limit)
                return new(FaultCode.PackageTooLarge, "package", $"It has more than {limit} bytes, which is the limit.", "Make it smaller, or raise the limit.");
            await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        return null;
    }
}
