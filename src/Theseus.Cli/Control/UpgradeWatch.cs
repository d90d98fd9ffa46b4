using Theseus.Control.Upgrades;

namespace Theseus.Cli.Control;

/// <summary>Follows an upgrade to its end: a bar where a person looks on, a line for each change otherwise, a line of JSON for scripts.</summary>
internal static class UpgradeWatch
{
    public static async Task<int> RunAsync(TheseusCommand theseus, ControlClient control, string id, Output output, CancellationToken token)
    {
        UpgradeRecord? last = null;
        await theseus.WithBarAsync(output, $"Upgrade {id}", async tell =>
        {
            await foreach (var change in control.WatchAsync<UpgradeRecord>($"upgrades/{id}/events", one => one.HasEnded, token).ConfigureAwait(false))
            {
                if (output.IsJson)
                {
                    output.Raw(System.Text.Json.JsonSerializer.Serialize(change, Server.ApiJson.TypeOf<UpgradeRecord>()));
                }
                else if (last is null || UpgradeView.Line(last) != UpgradeView.Line(change))
                {
                    output.Line(UpgradeView.Line(change), new(UpgradeView.ColorOf(change)));
                }

                tell(UpgradeView.Done(change), change.State.ToString());
                last = change;
            }
        }).ConfigureAwait(false);
        if (last is not { HasEnded: true })
        {
            return output.Problem(ExitCode.Unreachable, "Unreachable", "The control plane no longer answers. The upgrade goes on when it is back; watch it again then.");
        }

        return UpgradeView.CodeOf(last);
    }
}
