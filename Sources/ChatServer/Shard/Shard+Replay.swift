import ChatCore
import ChatWebSocket
import NIOCore

// Replays: page by page, at the pace of the member's socket, beside the room's broadcast, which never waits for them.
extension Shard {
    /// How long a replay that finds the log behind the room waits before it looks again.
    static let retryDelay = Duration.milliseconds(50)

    /// Brings a member to where the room stands, and makes it live.
    func catchUp(_ membership: Membership, _ plan: CatchUp, _ firstPage: LogPage?) async {
        let (client, room) = (membership.client, membership.room)
        var catchUp = plan
        let number = membership.beginCatchUp()
        if let firstPage { await self.replay(catchUp.read(firstPage), to: membership, in: firstPage.epoch) }
        while !client.isClosed, membership.catchUps == number, client.membership(in: room.name) === membership,
            let position = room.position
        {
            switch catchUp.next(room: position, tail: room.tail) {
            case .live: return room.makeLive(membership)
            case .send(let messages): await self.replay(messages, to: membership)
            case .reset(let head): self.send(Event.reset(room: room.name, head: head).encoded(), to: client)
            case .read(let seq): await self.read(after: seq, &catchUp, for: membership)
            case .wait: await room.moved()
            }
        }
    }

    private func read(after seq: Int, _ catchUp: inout CatchUp, for membership: Membership) async {
        let before = catchUp
        let known = membership.room.position ?? catchUp.position
        if let page = try? await self.node.logs.page(membership.room.name, after: seq, known: known, standing: known) {
            await self.replay(catchUp.read(page), to: membership, in: page.epoch)
        }
        guard catchUp == before else { return }
        // The broker is away, or the log began anew and this shard has not been told: to ask for the head makes the
        // broker look.
        _ = try? await self.broker.subscribe(membership.room.name, self.inbox)
        try? await Task.sleep(for: Self.retryDelay)
    }

    private func replay(_ read: CatchUp.OnRead, to membership: Membership, in epoch: Epoch) async {
        if let gap = read.gap { self.sendGap(gap, epoch, to: membership) }
        await self.replay(read.messages, to: membership)
    }

    /// Writes messages and waits until the socket has taken them; one page at a time for a client.
    private func replay(_ messages: ArraySlice<Publication>, to membership: Membership) async {
        let (client, number) = (membership.client, membership.catchUps)
        guard !messages.isEmpty else { return }
        while client.isReplaying, !client.isClosed { await client.pageEnded() }
        // While it waited its turn, the member may have left, or asked for another place.
        guard !client.isClosed, membership.catchUps == number,
            client.membership(in: membership.room.name) === membership
        else { return }
        var frames = ByteBufferAllocator().buffer(
            capacity: messages.reduce(0) { $0 + $1.payload.readableBytes + FrameEncoder.maximumHeader }
        )
        for message in messages { FrameEncoder.write(.text, message.payload, to: &frames) }
        client.beginPage()
        self.write(frames, to: client)
        try? await client.port.drained().get()
        client.endPage()
    }

    func sendGap(_ gap: ClosedRange<Int>, _ epoch: Epoch, to membership: Membership) {
        let event = Event.gap(room: membership.room.name, epoch: epoch, from: gap.lowerBound, to: gap.upperBound)
        self.send(event.encoded(), to: membership.client)
    }

    // MARK: Repair

    /// Something was lost on the way to this shard: every live member catches up from where the room stood, by the log.
    func resynchronize(_ room: LocalRoom) {
        guard let position = room.position, case .open = room.state else { return }
        let members = self.halt(room).map { (membership: $0, catchUps: $0.catchUps) }
        self.spawn {
            // Asked again until it is answered: the members of this room have nobody else.
            while !room.live.isEmpty || !room.catchingUp.isEmpty {
                if let head = try? await self.broker.subscribe(room.name, self.inbox) {
                    self.advance(room, to: head)
                    break
                }
                // Not all rooms at the same time.
                try? await Task.sleep(for: .seconds(1) * Double.random(in: 0.5...1.5))
            }
            // One that has asked for a place of its own meanwhile goes on from there.
            for member in members where member.membership.catchUps == member.catchUps {
                self.resume(member.membership, after: position)
            }
        }
    }

    /// Moves a room to where the broker told that it stands.
    ///
    /// Who went live while the broker was asked stands where the room stood, and reads what lies between.
    private func advance(_ room: LocalRoom, to head: LogPosition) {
        guard let position = room.position, room.isBehind(head) else { return }
        let members = self.halt(room)
        room.move(to: head)
        for membership in members { self.resume(membership, after: position) }
    }

    /// Takes all live members from the broadcast, with all that was gathered for them.
    private func halt(_ room: LocalRoom) -> [Membership] {
        self.flush(room)
        let members = room.live
        for membership in members { room.makeCatchUp(membership) }
        return members
    }

    private func resume(_ membership: Membership, after position: LogPosition) {
        let client = membership.client
        guard !client.isClosed, client.membership(in: membership.room.name) === membership else { return }
        self.spawn { await self.catchUp(membership, CatchUp(position: position), nil) }
    }
}
