import ChatCore
import NIOCore

/// What a replay needs of its shard: pages of the log, and the way out to its client.
final class ReplaySupport {
    private let messages: any MessageLog
    private let logs: ReplayPages
    private let costs: CostGuard
    private let inbox: EventInbox
    private let answers: Answers
    private let metrics: ShardMetrics

    init(_ base: LoopBase, _ answers: Answers) {
        (self.messages, self.logs, self.costs) = (base.node.messages, base.node.logs, base.node.costs)
        (self.inbox, self.metrics, self.answers) = (base.inbox, base.metrics, answers)
    }

    /// Reads a page of a room's log: ``ReplayPages/page(_:after:known:standing:)``.
    func page(_ room: RoomName, after seq: Int, standing: LogPosition) async throws(BrokerError) -> LogPage {
        try await self.logs.page(room, after: seq, known: standing, standing: standing)
    }

    /// Tells a client that it will not get some messages of a room.
    func tellGap(_ gap: ClosedRange<Int>, _ epoch: Epoch, in room: RoomName, _ client: Client) {
        self.metrics.didTellGap(to: 1)
        let event = Event.gap(room: room, epoch: epoch, from: gap.lowerBound, to: gap.upperBound)
        self.answers.send(event.encoded(), to: client)
    }

    /// Tells a client that the log of a room began anew.
    func tellReset(of room: RoomName, to head: LogPosition, _ client: Client) {
        self.metrics.didTellReset(to: 1)
        self.answers.send(Event.reset(room: room, head: head).encoded(), to: client)
    }

    /// The frames of messages for one client.
    func frames(of messages: ArraySlice<Publication>, for client: Client) -> ByteBuffer {
        self.answers.frames(of: messages, for: client)
    }

    /// Queues whole frames for one client.
    func write(_ frames: ByteBuffer, to client: Client) { self.answers.write(frames, to: client) }

    /// A client has got bytes of a log.
    func charge(_ bytes: Int, to client: Client) {
        self.costs.chargePast(client.address?.block, bytes, now: .now)
    }

    /// Asks for a room's position, which makes the broker check whether its log started again.
    func askForHead(of room: RoomName) async { _ = try? await self.messages.subscribe(room, self.inbox) }
}
