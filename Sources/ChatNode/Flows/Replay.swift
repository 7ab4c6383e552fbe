import ChatCore
import NIOCore

/// The functions of a shard that a replay needs.
protocol ReplayHost: AnyObject {
    /// Tells a client that it will not get some messages of a room.
    func tellGap(_ gap: ClosedRange<Int>, _ epoch: Epoch, in room: RoomName, _ client: Client)
    /// Tells a client that the log of a room began anew.
    func tellReset(of room: RoomName, to head: LogPosition, _ client: Client)
    /// The frames of messages for one client.
    func frames(of messages: ArraySlice<Publication>, for client: Client) -> ByteBuffer
    /// Queues whole frames for one client.
    func write(_ frames: ByteBuffer, to client: Client)
    /// A client has got bytes of a log.
    func charge(_ bytes: Int, to client: Client)
    /// Reads a page of a room's log: ``LogReader/page(_:after:known:standing:)``.
    func page(_ room: RoomName, after seq: Int, standing: LogPosition) async throws(BrokerError) -> LogPage
    /// Asks for a room's position, which makes the broker check whether its log started again.
    func askForHead(of room: RoomName) async
}

/// Brings a member to its room's position, and makes it live.
///
/// It goes page by page, at the pace of the member's socket. The room's broadcast goes on meanwhile and never waits for
/// it. When another replay begins for the same member, this one ends.
final class Replay {
    /// The wait before the next try of a replay that finds the log behind the room.
    static let retryDelay = Duration.milliseconds(50)

    private let membership: Membership
    private let number: Int
    /// Whether the member might read the past when the replay began; what follows a room that it hears needs no right.
    private let readsPast: Bool
    private var catchUp: CatchUp

    private var client: Client { self.membership.client }
    private var room: LocalRoom { self.membership.room }

    /// Begins a replay.
    ///
    /// - Parameters:
    ///   - membership: The member.
    ///   - catchUp: The place where it begins.
    init(for membership: Membership, _ catchUp: CatchUp) {
        self.membership = membership
        self.catchUp = catchUp
        self.number = membership.beginCatchUp()
        self.readsPast = membership.mayReadPast
    }

    /// Whether the member has gone, or started another replay.
    ///
    /// Other tasks run at each `await`, so it is checked after each.
    private var isOver: Bool {
        self.client.isClosed || self.membership.catchUps != self.number
            || self.client.membership(in: self.room.name) !== self.membership
    }

    /// Replays until the member is live.
    ///
    /// - Parameters:
    ///   - firstPage: A page that was read already.
    ///   - host: The shard.
    func run(_ firstPage: LogPage?, on host: some ReplayHost) async {
        if let firstPage { await self.write(self.catchUp.read(firstPage), in: firstPage.epoch, on: host) }
        while !self.isOver, let position = self.room.position {
            if self.hasLostPast, self.breakOff(at: position, on: host) { return }
            switch self.catchUp.next(room: position, tail: self.room.tail) {
            case .live: return self.room.makeLive(self.membership)
            case .send(let messages): await self.write(messages, on: host)
            case .reset(let head): host.tellReset(of: self.room.name, to: head, self.client)
            case .read(let seq): await self.read(after: seq, on: host)
            case .wait: await self.room.moved()
            }
        }
    }

    /// Whether a token has come since that does not allow the member to read the past.
    private var hasLostPast: Bool { self.readsPast && !self.membership.mayReadPast }

    /// Tells the member that it will not get the rest, and makes it live.
    ///
    /// - Returns: Whether it is; not while the room is behind what the member has.
    private func breakOff(at position: LogPosition, on host: some ReplayHost) -> Bool {
        let last = self.catchUp.position
        if last.epoch != position.epoch {
            host.tellReset(of: self.room.name, to: position, self.client)
        } else if last.seq < position.seq {
            host.tellGap(last.seq + 1...position.seq, position.epoch, in: self.room.name, self.client)
        } else if last.seq > position.seq {
            return false
        }
        self.room.makeLive(self.membership)
        return true
    }

    private func read(after seq: Int, on host: some ReplayHost) async {
        let before = self.catchUp
        let standing = self.room.position ?? self.catchUp.position
        if let page = try? await host.page(self.room.name, after: seq, standing: standing), !self.hasLostPast {
            await self.write(self.catchUp.read(page), in: page.epoch, on: host)
        }
        guard self.catchUp == before, !self.hasLostPast else { return }
        // The broker is away, or the log started again and this shard has not been told.
        await host.askForHead(of: self.room.name)
        try? await Task.sleep(for: Self.retryDelay)
    }

    private func write(_ read: CatchUp.OnRead, in epoch: Epoch, on host: some ReplayHost) async {
        if let gap = read.gap { host.tellGap(gap, epoch, in: self.room.name, self.client) }
        await self.write(read.messages, on: host)
    }

    /// Writes messages and waits until the socket has taken them; one page at a time for a client.
    private func write(_ messages: ArraySlice<Publication>, on host: some ReplayHost) async {
        guard !messages.isEmpty else { return }
        while self.client.isReplaying, !self.client.isClosed { await self.client.pageEnded() }
        guard !self.isOver else { return }
        self.client.beginPage()
        host.charge(messages.reduce(0) { $0 + $1.payload.readableBytes }, to: self.client)
        host.write(host.frames(of: messages, for: self.client), to: self.client)
        try? await self.client.port.drained().get()
        self.client.endPage()
    }
}
