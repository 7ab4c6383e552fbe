/// The kinds of messages that this program knows, each a word of the wire and a row of docs/PROTOCOL.md.
///
/// A further kind is a case here and a row in `static/js/core/kinds.js`; one whose text names its author is also named by
/// `namesAuthor` in `static/js/core/protocol.js`, and one that a command says by `SAYING` in `static/js/core/input.js`. The
/// compiler reports the switches over kinds, and `ProtocolTableTests` whether the contract and the page have it. A client
/// that does not know a kind shows its text.
public enum MessageKind: String, Hashable, Sendable, CaseIterable {
    /// Something that a person says.
    case text
    /// Something that a person does: `/me waves`.
    case action
    /// The place of a message that was deleted.
    case deleted
    /// The entry that tells of a deletion; ``Message/of`` is the number of the deleted message.
    case deletion

    /// Whether a sender may ask for it; others are made by the server alone.
    package var isForSenders: Bool {
        switch self {
        case .text, .action: true
        case .deleted, .deletion: false
        }
    }

    /// The most bytes that the word of a kind has.
    package static let maximumBytes = 16

    /// Reads a word of the wire or of a file; nil for an unknown one.
    package init?(_ word: ByteString) {
        guard let kind = Self.allCases.first(where: { ByteString($0.rawValue) == word }) else { return nil }
        self = kind
    }

    /// Reads the kind that a sender chose: a text unless it names another.
    ///
    /// - Parameter word: The word; nil where none was given.
    /// - Throws: ``ProtocolError`` with the code `bad_command` for a word that is no kind, or none for senders.
    package init(asked word: ByteString?) throws(ProtocolError) {
        guard let word else {
            self = .text
            return
        }
        guard let kind = Self(word), kind.isForSenders else { throw Self.notForSenders }
        self = kind
    }

    /// A message as a line of text with its author, for clients that cannot show more.
    ///
    /// - Parameters:
    ///   - text: Its text.
    ///   - author: The sender's name, as it is shown.
    /// - Returns: `Mina: hi`, or `* Mina waves`.
    package func line(_ text: String, by author: String) -> String { self.lead(author) + text }

    /// The part before the text in such a line.
    package func lead(_ author: String) -> String {
        switch self {
        case .text: "\(author): "
        case .action: "* \(author) "
        case .deleted: "\(author): "
        case .deletion: "* "
        }
    }
}

extension MessageKind {
    /// The error for a `kind` that no sender may ask for.
    package static let notForSenders = ProtocolError(
        .badCommand,
        "kind is " + Self.allCases.filter(\.isForSenders).map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
    )
}
