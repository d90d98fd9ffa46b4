using Theseus.Fleet;

namespace Theseus.Control.Distribution;

/// <summary>The fleet, as far as tasks are concerned. Immutable.</summary>
/// <param name="Nodes">The nodes.</param>
/// <param name="Registration">Who takes in nodes that are declared.</param>
/// <param name="Channel">The way to the nodes.</param>
public sealed record TaskFleet(INodeDirectory Nodes, INodeRegistration Registration, IAssignmentChannel Channel);
