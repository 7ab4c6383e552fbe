internal import ChatCore

/// The message that a moderator names: by its number, or by who wrote it.
///
/// A place from the end, as `/reply` takes it, would be another message when one more comes in the meantime, and a
/// deletion cannot be undone.
enum DeletionTarget: Equatable {
    /// Nothing was named, or a place from the end.
    case unnamed
    /// The message with this number; itself if it is one of the last, and the log that has it if that is known.
    case message(Int, Epoch?, Message?, reason: String)
    /// It is neither a number nor the name of somebody.
    case nobody
    case several([(id: UserID, name: String)])
    /// The user of this name wrote none of the last messages.
    case silent(String)

    /// - Parameters:
    ///   - argument: What stands behind the command.
    ///   - messages: The last messages of the room that can be deleted, oldest first.
    ///   - users: The users of a name.
    init(_ argument: String, _ messages: [Message], _ users: (String) -> [(id: UserID, name: String)]) {
        let word = argument.prefix { !$0.isWhitespace }
        let rest = String(argument[word.endIndex...].drop(while: \.isWhitespace))
        guard !word.isEmpty, word.first != "^" else {
            self = .unnamed
            return
        }
        if word.allSatisfy({ $0.isASCII && $0.isNumber }), let seq = Int(word), (1...CommandID.maximum).contains(seq) {
            let message = messages.last { $0.position?.seq == seq }
            // Of a message that is not here, the number is meant in the log that the user sees.
            let epoch = (message ?? messages.last)?.position?.epoch
            self = .message(seq, epoch, message, reason: rest)
            return
        }
        switch ModeratorTarget(argument, users) {
        case .nobody: self = .nobody
        case .several(let users): self = .several(users)
        case .user(let id, let name, let reason):
            // Programs may have one id in common.
            let message =
                messages.last { $0.sender.id == id && $0.sender.name.rawValue == name }
                ?? messages.last { $0.sender.id == id }
            guard let message, let position = message.position else {
                self = .silent(name.isEmpty ? id.rawValue : name)
                return
            }
            self = .message(position.seq, position.epoch, message, reason: reason)
        }
    }

    static func == (one: Self, two: Self) -> Bool {
        switch (one, two) {
        case (.unnamed, .unnamed), (.nobody, .nobody): true
        case (.several(let users), .several(let others)): users.map(\.id) == others.map(\.id)
        case (.silent(let name), .silent(let other)): name == other
        case (.message(let seq, let epoch, let message, let reason), .message(let other, let log, let that, let why)):
            seq == other && epoch == log && message == that && reason == why
        case (.unnamed, _), (.nobody, _), (.several, _), (.silent, _), (.message, _): false
        }
    }
}
