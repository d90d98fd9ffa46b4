namespace Theseus.Fleet.Wire;

/// <summary>How large messages, and what is in them, may be. What is larger is refused where it is read.</summary>
public static class WireLimits
{
    /// <summary>A message's body, in bytes.</summary>
    public const int Bytes = 1 << 20;

    /// <summary>A name or an id, in characters.</summary>
    public const int Name = 512;

    /// <summary>A text for people, in characters. A writer shortens what is longer.</summary>
    public const int Text = 4096;

    /// <summary>Components of a node.</summary>
    public const int Components = 1000;

    /// <summary>Results of a component, states kept for it, and old generations that linger; of each. A writer leaves out older ones.</summary>
    public const int PerComponent = 100;

    /// <summary>Generations of a component whose calls are told; a writer leaves out older ones.</summary>
    public const int Generations = 8;

    /// <summary>Methods of a component's generation, and kinds of failures of a method; of each. A writer leaves out those with the fewest calls.</summary>
    public const int Methods = 256;

    /// <summary>Readings of a component's own instruments; a writer leaves out those of older generations first.</summary>
    public const int Instruments = 500;

    /// <summary>Labels of a node, and kinds of tasks that it has handlers for; of each.</summary>
    public const int PerNode = 200;
}
