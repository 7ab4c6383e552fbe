/// Whether a message says something or does something.
public enum MessageKind: String, Hashable, Sendable {
    /// What people say.
    case text
    /// What people do: `/me waves`.
    case action

    /// Reads a word of the wire or of a file; nil for one that is not known.
    package init?(_ word: ByteString) {
        switch word {
        case "text": self = .text
        case "action": self = .action
        default: return nil
        }
    }
}
