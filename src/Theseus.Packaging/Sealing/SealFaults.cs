namespace Theseus.Packaging;

/// <summary>Collects faults, so that all are told at once.</summary>
internal sealed class SealFaults
{
    private readonly List<SealFault> _all = [];

    public IReadOnlyList<SealFault> All => _all;

    public void Add(string code, string message) => _all.Add(new(code, message));
}
