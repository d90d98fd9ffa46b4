using Theseus.Calls;
using Theseus.Runtime.Hosting;
using Theseus.Runtime.Metrics;
using Theseus.Runtime.Routing;

namespace Theseus.Runtime.Tests.Routing;

/// <summary>A slot with a stable and a candidate implementation, called through the generated proxy.</summary>
internal sealed class SlotFixture
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public SlotFixture(TimeProvider? time = null)
    {
        Slot = new ComponentSlot("echo", time ?? TimeProvider.System);
        Proxy = (IEcho)(object)ProxyFactory.Create(ProxyFactory.FindProxyType(typeof(IEcho)), Slot);
        Slot.SetMethods(((ContractProxy)(object)Proxy).ContractMethods);
        StableMeter = NewMeter();
        CandidateMeter = NewMeter();
        StableLeases = LeasesOf(Stable, StableMeter);
        CandidateLeases = LeasesOf(Candidate, CandidateMeter);
    }

    public ComponentSlot Slot { get; }

    public IEcho Proxy { get; }

    public Echoes Stable { get; } = new("stable");

    public Echoes Candidate { get; } = new("candidate");

    public GenerationMeter StableMeter { get; }

    public GenerationMeter CandidateMeter { get; }

    public GenerationLeases StableLeases { get; }

    public GenerationLeases CandidateLeases { get; }

    public GenerationLeases LeasesOf(IEcho echo, GenerationMeter? meter = null) => new(echo, Slot.Methods.Count, meter);

    public GenerationMeter NewMeter() => new(Slot.Methods, Slot.Time, Slot.Sampling);

    public Trial Try(double share, bool shields = true)
    {
        var trial = new Trial(salt: 1, shields);
        Slot.Publish(new TrialRoute(StableLeases, CandidateLeases, share, trial));
        return trial;
    }

    public void AssertNobodyIsInside()
    {
        Assert.Equal(0, StableLeases.InFlight);
        Assert.Equal(0, CandidateLeases.InFlight);
    }
}
