import NIOCore

/// One connection's being in one room.
final class Membership {
    /// The client's: a room's frames go to so many members that one step more to each of them counts.
    let port: OutboundPort
    /// How much of what the room has gathered it has already, or was told otherwise before it went live.
    private(set) var skippedBytes = 0
    let client: Client
    let room: LocalRoom
    /// Its place among the room's live members; nil while it catches up.
    var slot: Int?
    /// Whether its `join` has been answered: from then on it is told who comes and goes.
    var isAnswered = false
    /// Counts its catching up: when it begins anew, an older one ends.
    private(set) var catchUps = 0

    init(client: Client, room: LocalRoom) {
        self.client = client
        self.port = client.port
        self.room = room
    }

    /// Begins to catch up.
    ///
    /// - Returns: The number of this catching up.
    func beginCatchUp() -> Int {
        self.catchUps += 1
        return self.catchUps
    }

    /// What its room has gathered until now is not for it.
    func skip(_ bytes: Int) { self.skippedBytes = bytes }

    /// Writes what its room has gathered.
    ///
    /// - Parameter batch: The frames.
    /// - Returns: What became of them.
    func deliver(_ batch: GatheredFrames.Batch) -> OutboundPort.Verdict {
        guard self.skippedBytes == 0 else { return self.deliverNew(batch.frames) }
        if let lasting = batch.lasting, self.port.isCrowded { return self.port.deliver(lasting) }
        return self.port.deliver(batch.frames)
    }

    /// Writes only what was gathered after it went live.
    private func deliverNew(_ frames: ByteBuffer) -> OutboundPort.Verdict {
        var due = frames
        due.moveReaderIndex(forwardBy: self.skippedBytes)
        self.skippedBytes = 0
        return due.readableBytes > 0 ? self.port.deliver(due) : .sent
    }
}
