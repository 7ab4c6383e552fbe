internal import ChatWords

/// The reason why a connection of the generator ended before the run did.
enum LoadEnd: Error, Equatable, Sendable {
    /// The server refused the connection, or a command that the load needs.
    case refused(_ status: Int?, _ code: String?, _ reason: String)
    /// The server closed.
    case closed(_ code: UInt16?, _ reason: String)
    /// It could not be made, it broke, or the server violated the protocol.
    case broken(_ reason: String)

    /// The name under which it is counted.
    var name: String {
        switch self {
        case .refused(let status, let code, _): code ?? status.map { "http_\($0)" } ?? "refused"
        case .closed(let code, _): code.map { "closed_\($0)" } ?? "closed"
        case .broken: "connection"
        }
    }

    /// Why, for people.
    var reason: String {
        switch self {
        case .refused(let status, let code, let reason):
            Sentence("refused: {reason}", ["reason": Words.ofRefusal(status, code, reason)]).text()
        case .closed(let code, let reason):
            Sentence(
                "closed by the server{reason}",
                ["reason": (code.map { ": \($0)" } ?? "") + (reason.isEmpty ? "" : " \(Words.of(said: reason))")]
            ).text()
        case .broken(let reason): Words.of(said: reason)
        }
    }
}
