package import ChatClient
package import ChatCore
internal import ChatWords

/// A problem that keeps a command from its work, shown once and not at each retry: a server may be away for a night.
package struct Troubles: Sendable {
    private var last: String?

    package init() {}

    /// The line to show for an event; nil when there is none, or when it was shown already.
    package mutating func news(_ event: ClientEvent) -> String? {
        if case .connection(.connected) = event { self.last = nil }
        guard let trouble = Notices.trouble(event), trouble != self.last else { return nil }
        // A loss is shown each time: it concerns other messages.
        if case .connection = event { self.last = trouble }
        return trouble
    }
}

/// Lines for people about events, made of the ``Phrase``s of their language.
package enum Notices {
    /// The problem that keeps a command from its work; nil for any other event.
    package static func trouble(_ event: ClientEvent) -> String? {
        switch event {
        case .connection(.waiting(_, let failure)): Phrase.tryingAgain(["reason": Words.of(failure)])
        case .refused(let room, let error), .held(let room, let error): "\(room): \(Words.of(error))"
        case .objected(let error): Words.of(error)
        case .tokenNotRenewed(let failure): Phrase.tokenNotRenewed(["reason": Words.of(failure)])
        case .received(.status(.degraded, let detail, let rooms)): self.degraded(detail, rooms)
        case .received(.gap(let room, epoch: _, let from, let last)): self.gap(room, from, last)
        case .received(.reset(let room, head: _)): self.reset(room)
        case .received(.removed(let removal)): self.removed(removal)
        case .connection, .withoutWebSocket, .joined, .members, .received: nil
        }
    }

    package static func gap(_ room: RoomName, _ from: Int, _ last: Int) -> String {
        let phrase = from == last ? Phrase.gapOne : .gapMany
        return phrase(["room": room.rawValue, "first": "\(from)", "last": "\(last)"])
    }

    package static func reset(_ room: RoomName) -> String { Phrase.reset(["room": room.rawValue]) }
    package static func removed(_ removal: Removal) -> String { "\(removal.room): \(Words.of(removal))" }
    /// The server has lost its broker, for some rooms or, if none are named, for all.
    package static func degraded(_ detail: String, _ rooms: [RoomName]) -> String {
        let detail = Words.of(said: detail)
        guard !rooms.isEmpty else { return Phrase.degraded(["detail": detail]) }
        return Phrase.degradedRooms(["rooms": self.list(rooms), "detail": detail])
    }

    package static func recovered(_ rooms: [RoomName]) -> String {
        rooms.isEmpty ? Phrase.recovered() : Phrase.recoveredRooms(["rooms": self.list(rooms)])
    }

    private static func list(_ rooms: [RoomName]) -> String { rooms.map(\.rawValue).joined(separator: ", ") }

    /// The state of the connection.
    ///
    /// - Parameters:
    ///   - state: The new state.
    ///   - before: The user on the connection before.
    /// - Returns: The words.
    package static func connection(_ state: ConnectionState, before: User? = nil) -> String {
        switch state {
        case .connecting: Phrase.connecting()
        // A chosen name is kept, even when the server forgot the session and gave another one first.
        case .connected(let welcome) where before.map { welcome.resumed || $0.name != .guest($0.id) } ?? false:
            Phrase.connectedAgain(["node": welcome.node])
        case .connected(let welcome): Phrase.connected(["node": welcome.node, "name": welcome.user.name.rawValue])
        case .waiting(let wait, let failure):
            Phrase.waitingToConnect([
                "reason": Words.of(failure), "seconds": "\(max(1, Int((wait / .seconds(1)).rounded())))",
            ])
        }
    }

    package static func joined(_ room: JoinedRoom) -> String {
        let names = Namesakes.labels(room.members).prefix(12).joined(separator: ", ")
        let more = room.members.count > 12 ? ", …" : ""
        return Phrase.joined(["room": room.room.rawValue, "count": "\(room.members.count)", "names": names + more])
    }

    package static func members(_ room: RoomName, _ page: MemberPage) -> String {
        let names = Namesakes.labels(page).joined(separator: ", ")
        return Phrase.members(["room": room.rawValue, "count": "\(page.count)", "names": names])
    }

    /// The change of members, of a user with this name for display; nil for an event of another kind.
    package static func presence(_ event: Event, of name: String) -> String? {
        switch event {
        case .joined: Phrase.memberJoined(["name": name])
        case .left: Phrase.memberLeft(["name": name])
        case .renamed(_, let oldName): Phrase.memberRenamed(["old": oldName.rawValue, "name": name])
        case .presence, .welcome, .message, .typing, .gap, .reset, .removed, .status, .closing: nil
        }
    }

    /// The beginning of a line that was not sent; the whole of it comes back from the history of lines.
    ///
    /// - Parameters:
    ///   - text: The line.
    ///   - reason: The reason; nil: it is told elsewhere.
    /// - Returns: The words.
    package static func unsent(_ text: String, _ reason: String? = nil) -> String {
        let beginning = CellWidth.prefix(of: text.sanitizedLine, 24)
        guard let reason else { return Phrase.unsentAsTold(["text": beginning]) }
        return Phrase.unsent(["reason": reason, "text": beginning])
    }

    package static func waiting(_ count: Int) -> String {
        (count == 1 ? Phrase.waitingOne : .waitingMany)(["count": "\(count)"])
    }
}
