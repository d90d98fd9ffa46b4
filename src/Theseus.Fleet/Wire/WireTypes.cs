namespace Theseus.Fleet.Wire;

/// <summary>
/// The types of messages. The number is the version of the form: it grows when a reader of the one before would
/// misunderstand. What is only added needs none, since readers pass over what they do not know.
/// </summary>
public static class WireTypes
{
    /// <summary>A <see cref="Fleet.NodeTask"/>.</summary>
    public const string NodeTask = "theseus.node-task/1";

    /// <summary>A <see cref="Fleet.NodeReport"/>.</summary>
    public const string NodeReport = "theseus.node-report/1";

    /// <summary>An <see cref="AssignmentBatch"/>.</summary>
    public const string Assignments = "theseus.assignments/1";

    /// <summary>An <see cref="AssignmentAnswers"/>.</summary>
    public const string Answers = "theseus.answers/1";
}
