/// Whether the server can publish and receive.
public enum ServerStatus: String, Equatable, Sendable {
    /// The broker is out of reach: sends fail with `unavailable`.
    case degraded
    /// All is well.
    case ok

    /// Reads a word of the wire; nil for an unknown one.
    package init?(_ word: ByteString) {
        switch word {
        case "degraded": self = .degraded
        case "ok": self = .ok
        default: return nil
        }
    }
}
