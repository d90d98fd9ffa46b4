namespace Theseus.Control;

/// <summary>What whoever has a token may do. All may look.</summary>
public enum AccessRole
{
    /// <summary>Look, and nothing else.</summary>
    Viewer,

    /// <summary>Ask for upgrades, steer them, roll back, stop the line, change what is settled for components.</summary>
    Operator,

    /// <summary>Approve plans, and nothing else: whoever asks for upgrades is not who approves them.</summary>
    Approver,

    /// <summary>Everything, tokens included.</summary>
    Admin,
}
