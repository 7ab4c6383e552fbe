import ChatCore
import NIOCore

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
    private var catchUp: CatchUpPlan

    private var client: Client { self.membership.client }
    private var room: LocalRoom { self.membership.room }

    /// Begins a replay.
    ///
    /// - Parameters:
    ///   - membership: The member.
    ///   - catchUp: The place where it begins.
    init(for membership: Membership, _ catchUp: CatchUpPlan) {
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
    ///   - support: What it needs of the shard.
    func run(_ firstPage: LogPage?, with support: ReplaySupport) async {
        if let firstPage { await self.write(self.catchUp.read(firstPage), in: firstPage.epoch, with: support) }
        while !self.isOver, let position = self.room.position {
            if self.hasLostPast, self.breakOff(at: position, with: support) { return }
            switch self.catchUp.next(room: position, tail: self.room.tail) {
            case .live: return self.room.makeLive(self.membership)
            case .send(let messages): await self.write(messages, with: support)
            case .reset(let head): support.tellReset(of: self.room.name, to: head, self.client)
            case .read(let seq): await self.read(after: seq, with: support)
            case .wait: await self.room.moved()
            }
        }
    }

    /// Whether a token has come since that does not allow the member to read the past.
    private var hasLostPast: Bool { self.readsPast && !self.membership.mayReadPast }

    /// Tells the member that it will not get the rest, and makes it live.
    ///
    /// - Returns: Whether it is; not while the room is behind what the member has.
    private func breakOff(at position: LogPosition, with support: ReplaySupport) -> Bool {
        let last = self.catchUp.position
        if last.epoch != position.epoch {
            support.tellReset(of: self.room.name, to: position, self.client)
        } else if last.seq < position.seq {
            support.tellGap(last.seq + 1...position.seq, position.epoch, in: self.room.name, self.client)
        } else if last.seq > position.seq {
            return false
        }
        self.room.makeLive(self.membership)
        return true
    }

    private func read(after seq: Int, with support: ReplaySupport) async {
        let before = self.catchUp
        let standing = self.room.position ?? self.catchUp.position
        if let page = try? await support.page(self.room.name, after: seq, standing: standing), !self.hasLostPast {
            await self.write(self.catchUp.read(page), in: page.epoch, with: support)
        }
        guard self.catchUp == before, !self.hasLostPast else { return }
        // The broker is away, or the log started again and this shard has not been told.
        await support.askForHead(of: self.room.name)
        try? await Task.sleep(for: Self.retryDelay)
    }

    private func write(_ read: CatchUpPlan.OnRead, in epoch: Epoch, with support: ReplaySupport) async {
        if let gap = read.gap { support.tellGap(gap, epoch, in: self.room.name, self.client) }
        await self.write(read.messages, with: support)
    }

    /// Writes messages and waits until the socket has taken them; one page at a time for a client.
    private func write(_ messages: ArraySlice<Publication>, with support: ReplaySupport) async {
        guard !messages.isEmpty else { return }
        while self.client.isReplaying, !self.client.isClosed { await self.client.pageEnded() }
        guard !self.isOver else { return }
        self.client.beginPage()
        support.charge(messages.reduce(0) { $0 + $1.payload.readableBytes }, to: self.client)
        support.write(support.frames(of: messages, for: self.client), to: self.client)
        try? await self.client.port.drained().get()
        self.client.endPage()
    }
}
