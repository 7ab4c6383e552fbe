internal import ChatClient
internal import ChatCore

/// What people are told beside the messages, in words: all of it stands here.
enum Notices {
    /// What keeps a command from its work; nil for an event that does not.
    static func trouble(_ event: ClientEvent) -> String? {
        switch event {
        case .connection(.waiting(_, let failure)): "\(failure.description); trying again"
        case .refused(let room, let error): "\(room): \(error.message)"
        case .received(.status(.degraded, let detail)): self.degraded(detail)
        case .received(.gap(let room, epoch: _, let from, let last)): self.gap(room, from, last)
        case .received(.reset(let room, head: _)): self.reset(room)
        case .connection, .joined, .received: nil
        }
    }

    static func gap(_ room: RoomName, _ from: Int, _ last: Int) -> String {
        from == last ? "\(room): message \(from) is lost" : "\(room): messages \(from) to \(last) are lost"
    }

    static func connection(_ state: ConnectionState) -> String {
        switch state {
        case .connecting: "connecting…"
        case .connected(let welcome): "connected to \(welcome.node) as \(welcome.user.name)"
        case .waiting(let wait, let failure):
            "not connected: \(failure.description) (next try in \(max(1, Int((wait / .seconds(1)).rounded()))) s)"
        }
    }

    static func joined(_ room: JoinedRoom) -> String {
        let names = room.members.members.prefix(12).map(\.name.rawValue).joined(separator: ", ")
        let more = room.members.count > 12 ? ", …" : ""
        return "\(room.room): \(room.members.count) here (\(names)\(more))"
    }

    static func members(_ room: RoomName, _ page: MemberPage) -> String {
        "\(room): \(page.count) here: " + page.members.map(\.name.rawValue).joined(separator: ", ")
    }

    /// What happened among the members; nil for an event of another kind.
    static func presence(_ event: Event) -> String? {
        switch event {
        case .joined(let change): "\(change.user.name) joined"
        case .left(let change): "\(change.user.name) left"
        case .renamed(let change, let oldName): "\(oldName) is now \(change.user.name)"
        case .presence, .welcome, .message, .typing, .gap, .reset, .status, .closing: nil
        }
    }

    static func unsent(_ text: String, _ reason: String) -> String { "not sent (\(reason)): \(text)" }
    static func waiting(_ count: Int) -> String { count == 1 ? "1 line was not sent" : "\(count) lines were not sent" }
    static func reset(_ room: RoomName) -> String { "\(room): the room's log began anew" }
    static func degraded(_ detail: String) -> String { "the server has a problem: \(detail)" }
    static let recovered = "the server works again"
    static func closing(_ reason: String) -> String { "the server is about to close the connection: \(reason)" }
    static func renamed(_ name: UserName) -> String { "you are \(name) now" }
    static func notIn(_ room: RoomName) -> String { "you are not in \(room)" }
    static let lastRoom = "this is your last room; /quit leaves"
    static let howToLeave = "Ctrl-D or /quit leaves"
    static let nothingToDo = "/me wants a text"
    static let noAnswer = "no answer in time"
    static let noConnection = "no connection in time"
    static let noSuchCommand = "there is no such command; /help lists them"
}
