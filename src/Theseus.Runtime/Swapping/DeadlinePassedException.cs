namespace Theseus.Runtime.Swapping;

/// <summary>The host's deadline for a component's code has passed; a component's own <see cref="TimeoutException"/> is a failure like any other.</summary>
internal sealed class DeadlinePassedException : TimeoutException;
