using Theseus.Calls;
using Theseus.Runtime.Swapping;

namespace Theseus.Runtime.Hosting;

/// <summary>A component of a running host.</summary>
internal sealed record HostedComponent(string Name, string Package, ComponentOptions Options, ContractProxy Proxy, SlotController Controller);
