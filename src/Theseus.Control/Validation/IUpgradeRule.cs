namespace Theseus.Control;

/// <summary>One question to an upgrade before it is planned. Thread-safe: one rule may be asked by several validations at once.</summary>
/// <remarks>
/// A rule has no effects. What it throws, and a deadline that it misses, become errors of its own. A rule that ignores
/// its token is no longer waited for after its deadline.
/// </remarks>
public interface IUpgradeRule
{
    /// <summary>Its name in findings; stable, and unlike that of any other rule: <c>policy.age</c>.</summary>
    string Id { get; }

    /// <summary>The ids of the rules that must have found no error before this one is asked; otherwise it ends with an error that says so. By default none.</summary>
    IReadOnlyList<string> After => [];

    /// <summary>Whether its errors stop an upgrade at every level. By default false.</summary>
    bool IsBinding => false;

    /// <summary>How long it may take, without its wait for others. By default 30 s.</summary>
    TimeSpan Deadline => TimeSpan.FromSeconds(30);

    /// <summary>Asks the question.</summary>
    /// <param name="context">The upgrade.</param>
    /// <param name="cancellationToken">Ends at the deadline, or when nobody wants to know any more.</param>
    /// <returns>What it found, in any order; none where there is nothing to object to.</returns>
    ValueTask<IReadOnlyList<Finding>> CheckAsync(ValidationContext context, CancellationToken cancellationToken);
}
