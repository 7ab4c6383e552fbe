internal import ChatCore
internal import NIOCore

/// A room of the embedded broker.
struct RoomRecord {
    var log: MemoryLog
    var roster = Roster()
    var subscribers: [any BrokerSubscriber] = []
    /// Whether it is in the queue of rooms with data that expire.
    var isDue = false

    /// Whether it is in the queue of rooms that may make place for another.
    var isSpare = false
    /// The time of its last message; a room without one makes place first.
    var lastSpoken: Int { self.log.lastTime ?? 0 }

    var isInUse: Bool { !self.subscribers.isEmpty || self.roster.count > 0 }

    /// Whether it may be removed.
    func isForgotten(_ now: Int, _ limits: LogLimits) -> Bool { !self.isInUse && self.log.isForgotten(now, limits) }

    /// The time when its data expire, or it may itself be removed; nil while it is in use and keeps nothing.
    func nextForgetting(_ limits: LogLimits) -> Int? {
        let end = self.isInUse ? nil : self.log.end(limits)
        guard let next = self.log.nextForgetting(limits) else { return end }
        return end.map { min($0, next) } ?? next
    }

    /// The event for a change of the roster.
    func event(_ room: RoomName, for change: Roster.OnChange) -> BrokerEvent? {
        let event: Event
        let presence: PresenceChange
        let kind: PresenceKind
        switch change {
        case .joined(let user):
            presence = self.change(room, user)
            (kind, event) = (.joined, .joined(presence))
        case .left(let user):
            presence = self.change(room, user)
            (kind, event) = (.left, .left(presence))
        case .renamed(let user, let oldName):
            presence = self.change(room, user)
            (kind, event) = (.renamed, .renamed(presence, oldName: oldName))
        case .none: return nil
        }
        return .room(room, .presence(kind, presence, event.encoded()))
    }

    private func change(_ room: RoomName, _ user: User) -> PresenceChange {
        PresenceChange(room: room, user: user, memberCount: self.roster.count, version: self.roster.version)
    }
}
