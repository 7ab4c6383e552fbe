internal import ChatClient
internal import ChatCore
internal import ChatWords

/// A command for moderators: those whose token allows `moderate` in the room see it in the help, the server decides.
protocol ModeratorCommand: SlashCommand {
    /// What is told when it was carried out; `{name}`, `{room}`.
    static var done: Wording { get }

    /// Reads the argument, and asks the server.
    ///
    /// - Returns: The values for ``done``; nil after a warning.
    static func order(_ argument: String, in conversation: isolated Conversation) -> ModeratorOrder?
}

/// What a moderator wants, read from a line.
struct ModeratorOrder: Sendable {
    /// The name of the user whom it is about, as it is shown.
    var name = ""
    /// The room, if it is not the current one.
    var room: RoomName?
    var perform: @Sendable (ChatClient, RoomName) async throws(ClientError) -> Void
}

extension ModeratorCommand {
    static var isForModerators: Bool { true }

    static func run(_ argument: String, in conversation: isolated Conversation) async {
        guard let order = self.order(argument, in: conversation) else { return }
        let done = self.done
        conversation.ask { client, current throws(ClientError) in
            let room = order.room ?? current
            try await order.perform(client, room)
            return done(["name": order.name, "room": room.rawValue])
        }
    }

    /// An order about a user: `name [span] [reason]`.
    static func orderAboutUser(
        _ argument: String,
        in conversation: isolated Conversation,
        _ perform: @escaping @Sendable (ChatClient, RoomName, UserID, RulingTerms) async throws(ClientError) -> Void
    ) -> ModeratorOrder? {
        let room = conversation.rooms.current
        switch ModeratorTarget(argument, { conversation.rooms.users(named: $0, in: room) }) {
        case .nobody:
            conversation.warn(ModeratorTarget.nobodyNamed(["command": self.name]))
            return nil
        case .several(let users):
            let names = users.map { conversation.rooms.label($0.name, $0.id, in: room) }.joined(separator: ", ")
            conversation.warn(ModeratorTarget.severalNamed(["names": names]))
            return nil
        case .user(let id, let name, let rest):
            let ruling = RulingTerms(rest)
            let label = name.isEmpty ? id.rawValue : conversation.rooms.label(name, id, in: room)
            return ModeratorOrder(name: label) { client, room throws(ClientError) in
                try await perform(client, room, id, ruling)
            }
        }
    }
}

/// How long something holds, and why: `10m being rude`.
struct RulingTerms: Equatable, Sendable {
    /// Nil: until it is lifted.
    var seconds: Int?
    var reason: String

    init(_ text: String) {
        let first = text.prefix { !$0.isWhitespace }
        let span = first.last?.isLetter == true ? TimeSpan.milliseconds(String(first)) : nil
        self.seconds = span.map { max(1, $0 / 1000) }
        self.reason = String(span == nil ? text[...] : text[first.endIndex...].drop(while: \.isWhitespace))
    }
}

/// The user whom a moderator names: names may have blanks, marks tell people of one name apart, an id is always clear.
enum ModeratorTarget: Equatable {
    case nobody
    case several([(id: UserID, name: String)])
    case user(UserID, name: String, rest: String)

    static let nobodyNamed = Wording(
        "/{command} wants the name of somebody who is or was here, or an id",
        korean: "/{command} 뒤에는 여기 있거나 있었던 사람의 이름이나 ID가 필요합니다"
    )
    static let severalNamed = Wording(
        "several people have this name: {names}",
        korean: "이 이름을 쓰는 사람이 여럿입니다: {names}"
    )

    /// - Parameters:
    ///   - argument: What stands behind the command.
    ///   - users: The users of a name.
    init(_ argument: String, _ users: (String) -> [(id: UserID, name: String)]) {
        let text = argument.hasPrefix("@") ? argument.dropFirst() : argument[...]
        // The longest name goes first: "Mina Kim" is not Mina, for a reason that begins with Kim.
        let ends = text.indices.filter { text[$0].isWhitespace } + [text.endIndex]
        for end in ends.reversed() where end > text.startIndex {
            let name = text[..<end]
            let found = users(String(name))
            let rest = String(text[end...].drop(while: \.isWhitespace))
            if let user = found.first, found.count == 1 {
                self = .user(user.id, name: user.name, rest: rest)
                return
            }
            if found.count > 1 {
                self = .several(found)
                return
            }
        }
        let word = text.prefix { !$0.isWhitespace }
        guard Self.isID(word) else {
            self = .nobody
            return
        }
        let rest = text[word.endIndex...].drop(while: \.isWhitespace)
        self = .user(UserID(String(word)), name: "", rest: String(rest))
    }

    /// Whether a word has the form of the ids that servers give.
    private static func isID(_ word: Substring) -> Bool {
        word.count >= 12 && word.first == "u" && word.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) }
    }

    static func == (one: Self, two: Self) -> Bool {
        switch (one, two) {
        case (.nobody, .nobody): true
        case (.several(let users), .several(let others)): users.map(\.id) == others.map(\.id)
        case (.user(let id, let name, let rest), .user(let other, let otherName, let otherRest)):
            id == other && name == otherName && rest == otherRest
        case (.nobody, _), (.several, _), (.user, _): false
        }
    }
}
