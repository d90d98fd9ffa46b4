namespace Theseus;

/// <summary>
/// Says that calling this contract method again with the same arguments does no further harm. Such a call may be
/// answered again by the stable version when it fails on a version under trial, may be sent to a candidate as a shadow,
/// and may be replayed as a warm-up.
/// </summary>
/// <remarks>It has no effect on methods with <c>ref</c>, <c>out</c> or writable span parameters, nor on streams: those are never called twice.</remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
public sealed class IdempotentAttribute : Attribute;
