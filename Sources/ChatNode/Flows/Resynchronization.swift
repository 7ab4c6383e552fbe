import ChatCore

/// Brings all members of a room to its position, after messages were lost on the way to this shard.
final class Resynchronization {
    private let messages: any MessageLog
    private let inbox: EventInbox
    private let broadcasts: Broadcasts
    private let replays: ReplaySupport
    private let loop: DeferredWork

    init(_ base: LoopBase, _ broadcasts: Broadcasts, _ replays: ReplaySupport) {
        (self.messages, self.inbox, self.loop) = (base.node.messages, base.inbox, base.loop)
        (self.broadcasts, self.replays) = (broadcasts, replays)
    }

    /// Every live member catches up from the room's old position, by the log.
    func begin(in room: LocalRoom) {
        guard let position = room.position else { return }
        let members = self.halt(room).map { (membership: $0, catchUps: $0.catchUps) }
        self.loop.start {
            // It asks again until it gets an answer: nothing else helps the members of this room.
            while !room.live.isEmpty || !room.catchingUp.isEmpty {
                if let head = try? await self.messages.subscribe(room.name, self.inbox) {
                    self.advance(room, to: head)
                    break
                }
                // Not all rooms at the same time.
                try? await Task.sleep(for: .seconds(1) * Double.random(in: 0.5...1.5))
            }
            // A member that has started its own replay meanwhile goes on with that.
            for member in members where member.membership.catchUps == member.catchUps {
                self.replay(after: position, for: member.membership)
            }
        }
    }

    /// Moves a room to the position that the broker answered.
    ///
    /// Members that went live during the request are at the room's old position, and read the messages in between.
    private func advance(_ room: LocalRoom, to head: LogPosition) {
        guard let position = room.position, room.isBehind(head) else { return }
        let members = self.halt(room)
        room.move(to: head)
        for membership in members { self.replay(after: position, for: membership) }
    }

    /// Takes all live members from the broadcast, after writing the frames gathered for them.
    private func halt(_ room: LocalRoom) -> [Membership] {
        self.broadcasts.sendNow(room)
        let members = room.live
        for membership in members { room.makeCatchUp(membership) }
        return members
    }

    private func replay(after position: LogPosition, for membership: Membership) {
        let client = membership.client
        guard !client.isClosed, client.membership(in: membership.room.name) === membership else { return }
        let replay = Replay(for: membership, CatchUpPlan(position: position))
        self.loop.start { await replay.run(nil, with: self.replays) }
    }
}
