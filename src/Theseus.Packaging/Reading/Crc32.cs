namespace Theseus.Packaging;

/// <summary>The checksum of zip entries (ISO 3309, polynomial 0xEDB88320 reflected), by a table of 256.</summary>
internal struct Crc32
{
    private static readonly uint[] table = MakeTable();
    private uint _inverse;

    public readonly uint Value => ~_inverse;

    public static Crc32 Start() => new() { _inverse = uint.MaxValue };

    public void Add(ReadOnlySpan<byte> bytes)
    {
        var crc = _inverse;
        foreach (var b in bytes)
            crc = table[(byte)(crc ^ b)] ^ (crc >> 8);
        _inverse = crc;
    }

    private static uint[] MakeTable()
    {
        var made = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            made[i] = value;
        }

        return made;
    }
}
