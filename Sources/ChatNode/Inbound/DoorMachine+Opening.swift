import ChatCore
import ChatHTTP

extension DoorMachine {
    /// The purpose of a WebSocket.
    enum Opening {
        /// A client of the chat.
        case chat(
            fields: [(name: String, value: String)],
            query: String?,
            bearer: String?,
            from: NetworkAddress?,
            DeflateTerms?
        )
        /// A client that gets back its own messages.
        case echo(fields: [(name: String, value: String)], DeflateTerms?)
        /// A client that is told to come later.
        case parting(fields: [(name: String, value: String)], Disconnect)
    }
}

extension DoorMachine.Opening {
    /// The fields of the answer beyond those that every 101 has.
    var fields: [(name: String, value: String)] {
        switch self {
        case .chat(let fields, _, _, _, _), .echo(let fields, _), .parting(let fields, _): fields
        }
    }
}
