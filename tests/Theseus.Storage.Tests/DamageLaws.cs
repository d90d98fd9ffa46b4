namespace Theseus.Storage.Tests;

/// <summary>
/// A database that is damaged is refused, at the start or where it is first touched, with what to do, and is left as it is
/// for whoever wants to save what is in it. What it still answers is right.
/// </summary>
public sealed class DamageLaws : IAsyncLifetime
{
    private const int PageSize = 4096;

    private readonly DatabaseFile _file = new();
    private byte[] _whole = [];
    private string _answers = "";
    private string _audit = "";

    public async ValueTask InitializeAsync()
    {
        SQLitePCL.Batteries_V2.Init();
        _file.Meddle(FilledDatabase.Earlier);
        await FilledDatabase.FillAsync(_file.Path);
        await using (var store = await ControlStore.OpenAsync(_file.Path, null, default))
        {
            (_answers, _audit, var problems) = await FilledDatabase.ReadAsync(store);
            Assert.Empty(problems);
        }

        _whole = await File.ReadAllBytesAsync(_file.Path);
        Assert.InRange(_whole.Length / PageSize, 50, 500);
    }

    public static TheoryData<string> Damages => ["zeros", "ones", "noise", "noise at its end", "another page", "the page before"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task WhicheverPageIsDamagedItIsRefusedAndNotWrittenTo(string damage)
    {
        var refused = 0;
        for (var page = 0; page < _whole.Length / PageSize; page++)
        {
            var bytes = Damage(page, damage);
            // A page in the place of another of its kind, or text in the place of text: SQLite cannot know. In the audit it is found.
            var isLikely = damage.Contains("page", StringComparison.Ordinal) && (_whole[page * PageSize] == 0 || _whole[page * PageSize] == bytes[page * PageSize]);
            refused += await OpensOnlyWithTheTruthAsync(bytes, $"Page {page + 1}, {damage}", isLikely) ? 1 : 0;
        }

        // All but pages that nothing is on, and ends of pages that nothing is on.
        var pages = _whole.Length / PageSize;
        Assert.True(refused > pages * (damage == "noise at its end" ? 0.5 : 0.9), $"{refused} of {pages} were refused.");
    }

    [Fact]
    public async Task AFileThatIsCutOffIsRefused()
    {
        for (var length = 1; length < _whole.Length; length += 1 + (_whole.Length / 97))
        {
            Assert.True(await OpensOnlyWithTheTruthAsync(_whole[..length], $"Cut off at {length}"));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task ALogWithoutItsDatabaseIsKept(int length)
    {
        var (database, log) = await WithLogAsync();
        if (length < 0)
        {
            File.Delete(_file.Path);
        }
        else
        {
            await File.WriteAllBytesAsync(_file.Path, [.. database.Take(length)]);
        }

        await RefusedAsync();

        Assert.Equal(log, await File.ReadAllBytesAsync($"{_file.Path}-wal"));
    }

    [Fact]
    public async Task OfADamagedDatabaseTheLogIsKeptToo()
    {
        var (database, log) = await WithLogAsync();
        // The last one: nothing of it is in the log.
        database.AsSpan(database.Length - PageSize).Fill(0xFF);
        await File.WriteAllBytesAsync(_file.Path, database);

        await RefusedAsync();

        Assert.Equal(database, await File.ReadAllBytesAsync(_file.Path));
        Assert.Equal(log, await File.ReadAllBytesAsync($"{_file.Path}-wal"));
    }

    [Fact]
    public async Task WhatStillAnswersAfterALogWasDamagedIsWhatHeldAtSomeMomentAndItsAuditIsWhole()
    {
        var (database, log) = await WithLogAsync();
        var records = new HashSet<long>();
        for (var at = 0; at < log.Length; at += 1 + (log.Length / 41))
        {
            byte[] damaged = [.. log];
            damaged[at] ^= 0xFF;
            await File.WriteAllBytesAsync(_file.Path, database);
            await File.WriteAllBytesAsync($"{_file.Path}-wal", damaged);
            File.Delete($"{_file.Path}-shm");

            await using var store = await ControlStore.OpenAsync(_file.Path, null, default);
            var verified = await store.Audit.VerifyAsync(null, default);
            var stopped = await store.Upgrades.ReadLineStopAsync(default);

            Assert.Empty(verified.Problems);
            // Of each change there is all or nothing.
            Assert.Equal(verified.Records == _records ? "smoke" : $"reason {verified.Records - _records}", stopped);
            records.Add(verified.Records);
        }

        Assert.True(records.Count > 3, $"{records.Count} moments.");
    }

    [Fact]
    public async Task DamagedWhileItIsInUseItIsToldWhereItIsTouched()
    {
        await using var store = await ControlStore.OpenAsync(_file.Path, null, default);
        await using (var file = new FileStream(_file.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Position = PageSize;
            await file.WriteAsync(new byte[_whole.Length - PageSize]);
        }

        var refused = await Assert.ThrowsAsync<StorageException>(() => FilledDatabase.ReadAsync(store));

        SaysWhatToDo(refused);
    }

    [Fact]
    public async Task ARecordThatCannotBeReadIsDamage()
    {
        _file.Meddle("UPDATE upgrades SET record = substr(record, 1, 100) WHERE id = 'more1'");
        await using var store = await ControlStore.OpenAsync(_file.Path, null, default);

        SaysWhatToDo(await Assert.ThrowsAsync<StorageException>(() => store.Upgrades.FindAsync("more1", default)));
        Assert.NotNull(await store.Upgrades.FindAsync("more2", default));
    }

    [Fact]
    public async Task WhatIsRefusedForAnotherReasonIsNotWrittenToEither()
    {
        _file.Meddle("PRAGMA user_version = 999");
        var before = await File.ReadAllBytesAsync(_file.Path);

        Assert.Equal(StorageFault.Newer, (await Assert.ThrowsAsync<StorageException>(() => ControlStore.OpenAsync(_file.Path, null, default))).Fault);

        Assert.Equal(before, await File.ReadAllBytesAsync(_file.Path));
    }

    public ValueTask DisposeAsync()
    {
        _file.Dispose();
        return ValueTask.CompletedTask;
    }

    private byte[] Damage(int page, string damage)
    {
        byte[] bytes = [.. _whole];
        var place = bytes.AsSpan(page * PageSize, PageSize);
        switch (damage)
        {
            case "zeros":
                place.Clear();
                break;
            case "ones":
                place.Fill(0xFF);
                break;
            case "noise":
                new Random(page).NextBytes(place);
                break;
            case "noise at its end":
                new Random(page).NextBytes(place[(PageSize / 2)..]);
                break;
            default:
                // What was meant for it went elsewhere, or what was meant for elsewhere went here.
                var other = damage == "another page" ? (page + 7) % (_whole.Length / PageSize) : Math.Abs(page - 1);
                _whole.AsSpan(other * PageSize, PageSize).CopyTo(place);
                break;
        }

        return bytes;
    }

    /// <summary>Opens it and asks it everything; and tells whether it was refused, by itself or by its audit.</summary>
    private async Task<bool> OpensOnlyWithTheTruthAsync(byte[] bytes, string what, bool isLikely = false)
    {
        await File.WriteAllBytesAsync(_file.Path, bytes);
        File.Delete($"{_file.Path}-wal");
        File.Delete($"{_file.Path}-shm");
        try
        {
            await using var store = await ControlStore.OpenAsync(_file.Path, null, default);
            var (answers, audit, problems) = await FilledDatabase.ReadAsync(store);
            Assert.True(isLikely || answers == _answers, $"{what}: it answers, and wrongly.");
            Assert.True(audit == _audit || problems.Count > 0, $"{what}: its audit is another, and nobody says so.");
            return problems.Count > 0;
        }
        catch (StorageException refused)
        {
            SaysWhatToDo(refused, what);
            Assert.True(bytes.AsEnumerable().SequenceEqual(await File.ReadAllBytesAsync(_file.Path)), $"{what}: it was written to.");
            return true;
        }
    }

    private async Task RefusedAsync() => SaysWhatToDo(await Assert.ThrowsAsync<StorageException>(() => ControlStore.OpenAsync(_file.Path, null, default)));

    private void SaysWhatToDo(StorageException refused, string what = "")
    {
        Assert.True(refused.Fault == StorageFault.Damaged, $"{what}: {refused.Fault}: {refused.Message}");
        if (!refused.Message.Contains("not one of Theseus", StringComparison.Ordinal))
        {
            Assert.Contains("backup", refused.Message);
            Assert.Contains($"'{_file.Path}-wal'", refused.Message);
        }

        Assert.Contains($"'{_file.Path}'", refused.Message);
    }

    private long _records;

    /// <summary>A database as a crash leaves it: with twenty changes that are in its log alone.</summary>
    private async Task<(byte[] Database, byte[] Log)> WithLogAsync()
    {
        await using var store = await ControlStore.OpenAsync(_file.Path, null, default);
        _records = (await store.Audit.VerifyAsync(null, default)).Records;
        for (var i = 1; i <= 20; i++)
        {
            await store.Upgrades.WriteLineStopAsync($"reason {i}", Sample.Entry("stopped", "line"), default);
        }

        var copies = (await CopyAsync(_file.Path), await CopyAsync($"{_file.Path}-wal"));
        await store.DisposeAsync();
        await File.WriteAllBytesAsync(_file.Path, copies.Item1);
        await File.WriteAllBytesAsync($"{_file.Path}-wal", copies.Item2);
        return copies;

        static async Task<byte[]> CopyAsync(string path)
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes);
            return bytes;
        }
    }
}
