namespace Theseus.Fleet.Wire;

/// <summary>One message as it goes over a wire. Immutable.</summary>
/// <param name="Type">What it is, and in which version of its form, like <c>theseus.node-task/1</c>: goes beside the body, so that who does not know it need not read it.</param>
/// <param name="Body">JSON in UTF-8; at most <see cref="WireLimits.Bytes"/>.</param>
public readonly record struct WireMessage(string Type, ReadOnlyMemory<byte> Body);
