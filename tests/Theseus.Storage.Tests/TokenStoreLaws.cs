using Theseus.Control;

namespace Theseus.Storage.Tests;

public sealed class TokenStoreLaws(Stores stores)
{
    [Theory]
    [MemberData(nameof(Stores.Kinds), MemberType = typeof(Stores))]
    public async Task ATokenIsReadBackAndEveryChangeOfItIsOnRecord(StoreKind kind)
    {
        await using var database = await stores.OpenAsync(kind);
        var store = database.Tokens;
        var token = new AccessToken { Id = "t1", Name = "ci", Role = AccessRole.Operator, SecretHash = "ab", CreatedAt = DateTimeOffset.UnixEpoch };
        await store.AddAsync(token, null, Sample.Entry("made", "token t1"), default);
        var revoked = token with { RevokedAt = DateTimeOffset.UnixEpoch.AddDays(1) };

        Assert.Equal(token, await store.FindAsync("t1", default));
        Assert.True(await store.UpdateAsync(revoked, Sample.Entry("revoked", "token t1"), default));
        Assert.False(await store.UpdateAsync(revoked with { Id = "t2" }, Sample.Entry("nothing", "token t2"), default));
        Assert.Equal([revoked], await store.ReadAllAsync(default));
        Assert.True(token.IsValidAt(DateTimeOffset.UnixEpoch));
        Assert.False(revoked.IsValidAt(DateTimeOffset.UnixEpoch));
        Assert.False((token with { ExpiresAt = DateTimeOffset.UnixEpoch }).IsValidAt(DateTimeOffset.UnixEpoch));
        Assert.Equal(["revoked", "made"], (await database.Audit.ReadAsync(null, 10, null, default)).Select(record => record.Entry.Why));
    }
}
