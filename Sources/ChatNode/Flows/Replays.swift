import ChatCore
import NIOCore

/// Brings members to their room's position: one that asks for the past, and all of a room that has missed messages.
final class Replays: ReplayHost {
    private let messages: any MessageLog
    private let logs: LogReader
    private let costs: CostGuard
    private let inbox: BrokerInbox
    private let answers: Answers
    private let broadcasts: Broadcasts
    private let metrics: ShardMetrics
    private let loop: ShardLoop

    init(_ base: LoopBase, _ answers: Answers, _ broadcasts: Broadcasts) {
        (self.messages, self.logs, self.costs) = (base.node.messages, base.node.logs, base.node.costs)
        (self.inbox, self.metrics, self.loop) = (base.inbox, base.metrics, base.loop)
        (self.answers, self.broadcasts) = (answers, broadcasts)
    }

    // MARK: For a replay

    func page(_ room: RoomName, after seq: Int, standing: LogPosition) async throws(BrokerError) -> LogPage {
        try await self.logs.page(room, after: seq, known: standing, standing: standing)
    }

    func tellGap(_ gap: ClosedRange<Int>, _ epoch: Epoch, in room: RoomName, _ client: Client) {
        self.metrics.didTellGap(to: 1)
        let event = Event.gap(room: room, epoch: epoch, from: gap.lowerBound, to: gap.upperBound)
        self.answers.send(event.encoded(), to: client)
    }

    func tellReset(of room: RoomName, to head: LogPosition, _ client: Client) {
        self.metrics.didTellReset(to: 1)
        self.answers.send(Event.reset(room: room, head: head).encoded(), to: client)
    }

    func frames(of messages: ArraySlice<Publication>, for client: Client) -> ByteBuffer {
        self.answers.frames(of: messages, for: client)
    }

    func write(_ frames: ByteBuffer, to client: Client) { self.answers.write(frames, to: client) }

    func charge(_ bytes: Int, to client: Client) {
        self.costs.chargePast(client.address?.block, bytes, now: .now)
    }

    func askForHead(of room: RoomName) async { _ = try? await self.messages.subscribe(room, self.inbox) }

    // MARK: For a room

    /// Messages were lost on the way to this shard: every live member catches up from the room's old position, by the
    /// log.
    func resynchronize(_ room: LocalRoom) {
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
        let replay = Replay(for: membership, CatchUp(position: position))
        self.loop.start { await replay.run(nil, on: self) }
    }
}
