import ChatCore

/// The rooms that this loop hears: the first client opens one, and it is closed once nobody has needed it for a while.
final class RoomSubscriptions {
    /// The time for which the broker still hands on the events of a room without members.
    private static let linger = Duration.seconds(5)

    private let messages: any MessageLog
    private let inbox: EventInbox
    private let rooms: RoomTable
    private let presence: PresenceKeeper
    private let state: LoopState
    private let timers: LoopTimers
    private let loop: DeferredWork

    init(_ base: LoopBase) {
        (self.messages, self.inbox, self.rooms) = (base.node.messages, base.inbox, base.rooms)
        (self.presence, self.state, self.timers, self.loop) = (base.presence, base.state, base.timers, base.loop)
    }

    // MARK: Opening

    /// The room of a name; the first call subscribes to its events.
    func room(_ name: RoomName) -> LocalRoom {
        if let room = self.rooms[name] { return room }
        let room = LocalRoom(name: name, limits: self.state.limits)
        self.rooms[name] = room
        self.loop.start { await self.subscribe(room) }
        return room
    }

    private func subscribe(_ room: LocalRoom) async {
        do {
            room.opened(at: try await self.messages.subscribe(room.name, self.inbox))
            self.closeIfUnused(room)
        } catch {
            guard room.failed(error) else { return }
            if self.rooms[room.name] === room { self.rooms[room.name] = nil }
            self.presence.abandon(room)
        }
    }

    // MARK: Closing

    /// Closes a room that nobody needs, after a delay.
    func closeIfUnused(_ room: LocalRoom) {
        if room.isUnused { self.timers.schedule(.close(room.name), after: Self.linger) }
    }

    /// The delay is over: a room that nobody needs is closed.
    ///
    /// - Returns: Whether it is; then ``unsubscribe(from:)`` follows.
    func lingerEnded(_ name: RoomName) -> Bool {
        guard let room = self.rooms[name], room.isUnused, room.position != nil else { return false }
        self.rooms[name] = nil
        return true
    }

    /// The events of a closed room are not wanted any more.
    ///
    /// - Returns: The room of the same name, if a client has opened it again meanwhile. It may have subscribed before this
    ///   took effect, and then has missed messages.
    func unsubscribe(from name: RoomName) async -> LocalRoom? {
        await self.messages.unsubscribe(name, self.inbox)
        return self.rooms[name]
    }
}
