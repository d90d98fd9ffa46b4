using FsCheck;
using FsCheck.Fluent;
using Theseus.Control.Upgrades;

namespace Theseus.Control.Tests.Planning;

/// <summary>What holds for every plan, whatever the nodes and the parameters.</summary>
public sealed class PlanProperties
{
    [Fact]
    public void EveryNodeIsPreparedOnceBeforeItIsSentCallsAndHasAllOfThemOnceInTheEnd() => Check(scene =>
    {
        var plan = scene.Plan();
        foreach (var (component, nodes) in scene.Nodes)
        {
            var names = nodes.Select(node => node.Name).Order(StringComparer.Ordinal).ToList();
            var waves = plan.Waves.Where(wave => wave.Component == component).ToList();
            var prepared = new HashSet<string>();
            var shares = new Dictionary<string, double>();
            foreach (var wave in waves)
            {
                Assert.All(wave.Prepare, node => Assert.True(prepared.Add(node)));
                Assert.Distinct(wave.Activate.Select(step => step.Node));
                Assert.All(wave.Activate, step =>
                {
                    Assert.Contains(step.Node, prepared);
                    Assert.True(step.Share > shares.GetValueOrDefault(step.Node) || step is { Share: 0, ShadowFraction: > 0 });
                    shares[step.Node] = step.Share;
                });
            }

            Assert.Equal(names, prepared.Order(StringComparer.Ordinal));
            Assert.Equal(names, waves.SelectMany(wave => wave.Activate).Where(step => step.Share == 1).Select(step => step.Node).Order(StringComparer.Ordinal));
            Assert.Equal(names, shares.Where(one => one.Value == 1).Select(one => one.Key).Order(StringComparer.Ordinal));
        }
    });

    [Fact]
    public void EveryWaveIsOfOneComponentInTheOrderOfTheMoves() => Check(scene =>
    {
        var components = scene.Nodes.Select(one => one.Component).ToList();
        var plan = scene.Plan();
        var order = plan.Waves.Select(wave => wave.Component).ToList();

        // Of blue-green there are two rounds: all are made ready, and then all are switched.
        var expected = scene.Parameters is BlueGreenParameters ? [.. components, .. components] : order.OrderBy(components.IndexOf).ToList();
        Assert.Equal(expected, order);
        Assert.All(plan.Waves, wave => Assert.Equal(components.Count > 1, wave.Name.StartsWith(wave.Component + ": ", StringComparison.Ordinal)));
    });

    [Fact]
    public void BlueGreenSendsNoCallBeforeAllIsReady() => Check(scene =>
    {
        if (scene.Parameters is BlueGreenParameters)
        {
            var waves = scene.Plan().Waves;
            var first = waves.Select((wave, i) => (wave, i)).First(one => one.wave.Activate.Any(step => step.Share > 0)).i;

            Assert.All(waves.Skip(first), wave => Assert.Empty(wave.Prepare));
            Assert.Equal(scene.Nodes.Count, first);
        }
    });

    [Fact]
    public void ARollingBatchHasNeverMoreNodesThanWasSaidAndOneDomainWhereThatWasSaid() => Check(scene =>
    {
        if (scene.Parameters is RollingParameters rolling)
        {
            foreach (var wave in scene.Plan().Waves.Where(wave => wave.Activate.Any(step => step.Share > 0)))
            {
                var nodes = scene.Nodes.Single(one => one.Component == wave.Component).Nodes;
                Assert.InRange(wave.Activate.Count, 1, rolling.Batch.Of(nodes.Length));
                var domains = wave.Activate.Select(step => nodes.Single(node => node.Name == step.Node).FailureDomain).Distinct();
                Assert.True(!rolling.ByFailureDomain || domains.Count() == 1);
            }
        }
    });

    [Fact]
    public void EveryWaveWithCallsIsWatchedAndJudgedAsWasAskedFor() => Check(scene =>
        Assert.All(scene.Plan().Waves, wave =>
        {
            Assert.True(wave.Activate.Count == 0 ? wave is { Observe.Ticks: 0, MinimumCalls: 0 } : wave.Observe >= scene.Parameters.Observe && wave.MinimumCalls == scene.Parameters.MinimumCalls);
            Assert.True(wave.Prepare.Count + wave.Activate.Count > 0);
        }));

    [Fact]
    public void TheSameNodesInAnyOrderGiveTheSamePlan() => Check(scene =>
    {
        var again = scene with { Nodes = [.. scene.Nodes.Select(one => (one.Component, one.Nodes.Reverse().ToArray()))] };

        Assert.Equal(scene.Plan().Digest, scene.Plan().Digest);
        Assert.Equal(scene.Plan().Digest, again.Plan().Digest);
    });

    private static void Check(Action<Scene> law) => Prop.ForAll(Arb.From(Scenes), law).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<Scene> Scenes =>
        from parameters in Parameters
        from shadow in Gen.Elements(0, 0, 0.25)
        from observe in Gen.Choose(0, 900)
        from calls in Gen.Choose(0, 50)
        from components in Gen.Choose(1, 3)
        from nodes in Nodes.ArrayOf(components)
        select new Scene(
            parameters with { ShadowFraction = shadow, Observe = TimeSpan.FromSeconds(observe), MinimumCalls = calls },
            [.. nodes.Select((these, i) => ($"c{3 - i}", these))]);

    private static Gen<PlannedNode[]> Nodes =>
        from count in Gen.Choose(1, 12)
        from domains in Gen.Elements("", "east", "north", "west").ArrayOf(count)
        select domains.Select((domain, i) => new PlannedNode($"n{i}", domain)).ToArray();

    private static Gen<Amount> Amounts => Gen.OneOf(Gen.Choose(1, 15).Select(Amount.Nodes), Gen.Choose(1, 100).Select(percent => Amount.Percent(percent)));

    private static Gen<StrategyParameters> Parameters => Gen.OneOf(
        Gen.Constant<StrategyParameters>(new ImmediateParameters()),
        from batch in Amounts
        from byDomain in Gen.Elements(true, false)
        select (StrategyParameters)new RollingParameters { Batch = batch, ByFailureDomain = byDomain },
        from warm in Gen.Choose(0, 900)
        select (StrategyParameters)new BlueGreenParameters { WarmFor = TimeSpan.FromSeconds(warm) },
        from nodes in Amounts
        from percent in Gen.Choose(1, 100)
        select (StrategyParameters)new CanaryParameters { Nodes = nodes, Share = percent / 100.0 },
        from steps in Gen.Choose(1, 99).ListOf()
        select (StrategyParameters)new GradualParameters { Steps = [.. steps.Distinct().Order().Select(percent => percent / 100.0), 1] });

    private sealed record Scene(StrategyParameters Parameters, IReadOnlyList<(string Component, PlannedNode[] Nodes)> Nodes)
    {
        public UpgradePlan Plan() => UpgradePlanner.Plan(
            Plans.Request(Parameters, [.. Nodes.Select(one => one.Component)]),
            [.. Nodes.Select(one => Plans.Move(one.Component))],
            component => Nodes.Single(one => one.Component == component).Nodes);
    }
}
