public import ChatCore

/// The reason why a client did not carry out a request.
///
/// The code is for programs; the message is for people, in English, and contains no secret.
public struct ClientError: Error, Equatable, Sendable {
    /// The code of the error.
    public var code: Code
    /// The description of the error.
    public var message: String
    /// The server's answer, if the server refused.
    public var refusal: ProtocolError?
    /// The end of the connection, if that is the reason.
    public var failure: ConnectionFailure?

    /// Names an error of a client; values compare by identity of the name and are never renumbered.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private let rawValue: String

        /// The name itself.
        public var description: String { self.rawValue }

        /// The server refused the command for good; ``ClientError/refusal`` says why.
        public static let refused = Code(rawValue: "refused")
        /// The server ended the connection for good, or does not accept this client.
        public static let disconnected = Code(rawValue: "disconnected")
        /// The limit of waiting sends or requests is reached, or so many events wait that the answer cannot come.
        ///
        /// In the second case the command itself goes on.
        public static let overflow = Code(rawValue: "overflow")
        /// The client was closed before there was an answer; a send may have been stored.
        public static let closed = Code(rawValue: "closed")
        /// The task was cancelled before there was an answer; a send goes on, and may be stored.
        public static let cancelled = Code(rawValue: "cancelled")
        /// The server answered with something that the protocol does not have.
        public static let badAnswer = Code(rawValue: "bad_answer")
        /// The outbox cannot be read or written.
        public static let storage = Code(rawValue: "storage")
        /// Another program uses the outbox.
        public static let locked = Code(rawValue: "locked")
        /// The configuration or an argument is not valid.
        public static let invalid = Code(rawValue: "invalid")
    }
}

extension ClientError {
    static func refused(_ error: ProtocolError) -> Self {
        .init(code: .refused, message: error.message, refusal: error)
    }

    static func disconnected(_ failure: ConnectionFailure) -> Self {
        .init(code: .disconnected, message: failure.description, refusal: failure.refusal, failure: failure)
    }

    static func overflow(_ capacity: Int) -> Self {
        .init(code: .overflow, message: "\(capacity) commands wait already")
    }

    static let unread = Self(
        code: .overflow,
        message: "too many events wait to be taken; the answer comes behind them"
    )
    static let closed = Self(code: .closed, message: "the client was closed")
    static let cancelled = Self(code: .cancelled, message: "cancelled")
    static let badAnswer = Self(code: .badAnswer, message: "the server's answer was not understood")
    static let locked = Self(code: .locked, message: "another program uses the outbox")
    static func storage(_ reason: String) -> Self { .init(code: .storage, message: "the outbox: \(reason)") }
    static func invalid(_ message: String) -> Self { .init(code: .invalid, message: message) }
}
