import ChatCore
import ChatSystem

/// What clients may say, as far as moderators' rulings go; most rooms have no rules, and most people are muted nowhere.
final class SpeechRules {
    private let rulings: RulingDesk
    /// The rules of rooms that have some.
    private var ruledRooms: [RoomName: RoomRules] = [:]

    init(_ base: LoopBase) { self.rulings = base.node.rulings }

    /// Whether some room has rules.
    var hasRuledRooms: Bool { !self.ruledRooms.isEmpty }

    /// The rules of many rooms may have changed.
    func lookUpRooms() { self.ruledRooms = self.rulings.ask(\.ruledRooms) }

    /// The rules of a room have changed.
    func lookUp(_ room: RoomName) { self.ruledRooms[room] = self.rulings.ask { $0.rules(of: room) } }

    /// Looks up whether what a client says may be refused.
    func noteMutes(of client: Client) {
        client.isMutedSomewhere = self.rulings.ask { $0.isMutedSomewhere(client.visitor) }
    }

    /// The error for what a client wants to say where rulings may concern it; nil when it may.
    func refusal(of send: Command.Send, by client: Client, _ user: User) -> ProtocolError? {
        guard client.isMutedSomewhere || self.hasRuledRooms else { return nil }
        if client.isMutedSomewhere {
            let error = self.rulings.muteRefusal(of: client.visitor, in: send.room)
            if let error { return error }
        }
        guard let rules = self.ruledRooms[send.room] else { return nil }
        let now = WallClock.now()
        if let error = rules.refusal(of: send.text, now: now) { return error }
        guard let seconds = rules.pause(now: now), !client.mayModerate(send.room) else { return nil }
        return self.rulings.pauses.take(user.id, in: send.room, seconds: seconds, now: now)
    }
}
