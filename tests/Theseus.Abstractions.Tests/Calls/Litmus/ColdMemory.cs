namespace Theseus.Calls.Litmus;

/// <summary>
/// What a caller writes before its call. A processor's stores become visible in order (x64) or later (Arm), so an entry
/// stays behind stores that wait for memory, while the reads after it go ahead: the reordering that the barriers are for.
/// </summary>
internal sealed class ColdMemory(Random random)
{
    private const int CacheLine = 64;
    private const int Lines = 1 << 17; // 8 MiB: more than a processor keeps near
    private const int Stores = 16;
    private readonly byte[] _memory = new byte[Lines * CacheLine];

    public void Write()
    {
        var line = random.Next(Lines);
        for (var store = 0; store < Stores; store++)
        {
            // A stride that no prefetcher follows.
            line = (line + 40_503) % Lines;
            Volatile.Write(ref _memory[line * CacheLine], 1);
        }
    }
}
