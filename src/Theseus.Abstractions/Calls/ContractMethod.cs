using System.ComponentModel;

namespace Theseus.Calls;

/// <summary>One method of a contract, as its proxy numbers them.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Name">Its name and parameter types, for reports: <c>Render(string)</c>.</param>
/// <param name="IsIdempotent">Whether it is marked with <see cref="IdempotentAttribute"/> and can be called twice.</param>
/// <param name="IsSynchronous">Whether its lease always ends on the thread it began on.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ContractMethod(int Index, string Name, bool IsIdempotent, bool IsSynchronous);
