using System.Net;
using Theseus.Control.Upgrades;

namespace Theseus.Server.Tests;

/// <summary>Upgrades taken back over HTTP, and judged by who the user says.</summary>
public sealed class RollbackCallLaws
{
    [Fact]
    public async Task AnOrderToGoBackThatIsGivenTwiceUnderOneKeyIsAnsweredAsBefore()
    {
        await using var server = await RunningServer.StartWithNodeAsync();
        var id = (await ToTwoAsync(server)).Id;

        using var first = await server.Admin.PostAsync($"/upgrades/{id}/rollback", """{ "why": "regret" }""", "k");
        var back = await first.AsAsync<UpgradeRecord>(HttpStatusCode.OK);
        await server.Server.ControlPlane.Upgrades.WaitForEndAsync(back.Id, default).WaitAsync(RunningServer.Deadline);
        using var again = await server.Admin.PostAsync($"/upgrades/{id}/rollback", """{ "why": "regret" }""", "k");
        using var other = await server.Admin.PostAsync($"/upgrades/{id}/rollback", """{ "why": "spite" }""", "k");

        Assert.Equal(id, back.Request.RollsBack);
        var answered = await again.AsAsync<UpgradeRecord>(HttpStatusCode.OK);
        Assert.Equal((back.Id, UpgradeState.Completed), (answered.Id, answered.State));
        await other.AsProblemAsync(ErrorCode.KeyReused);
        Assert.Equal(2, (await server.Admin.ReadAsync<Page<UpgradeRecord>>("/upgrades")).Items.Count);
    }

    [Fact]
    public async Task TheUsersOwnJudgeDecides()
    {
        await using var server = await RunningServer.StartWithNodeAsync(options => options.ControlPlane.Judge = new Grumbler());

        var upgrade = await ToTwoAsync(server);

        Assert.Equal(UpgradeState.RolledBack, upgrade.State);
        Assert.Contains(upgrade.Verdicts, verdict => verdict.Rule == "grumble");
    }

    private static async Task<UpgradeRecord> ToTwoAsync(RunningServer server)
    {
        using var answer = await server.Admin.PostAsync("/upgrades", """{ "targets": [{ "component": "markdown", "version": "2.0.0" }], "strategy": "Immediate", "parameters": { "observe": "100ms" } }""");
        var started = await answer.AsAsync<UpgradeRecord>(HttpStatusCode.Accepted);
        return await server.Server.ControlPlane.Upgrades.WaitForEndAsync(started.Id, default).WaitAsync(RunningServer.Deadline);
    }

    /// <summary>Whatever it sees is worse than before.</summary>
    private sealed class Grumbler : IWaveJudge
    {
        public ValueTask<WaveVerdict> JudgeAsync(WaveEvidence evidence, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new WaveVerdict(evidence.WaveNumber, WaveJudgement.Fail, "grumble", "It was better before."));
    }
}
