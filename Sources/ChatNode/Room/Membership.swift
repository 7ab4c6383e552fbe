import ChatCore
import NIOCore

/// The membership of one connection in one room.
final class Membership {
    /// The client's port: a room's frames go to so many members that one more step for each would matter.
    let port: OutboundPort
    /// The first bytes of the room's gathered frames, which are not for it: it went live after them, or got them ahead of
    /// the others.
    private(set) var skippedBytes = 0
    let client: Client
    let room: LocalRoom
    /// Whether it may know who is there; only its room changes it.
    var hearsPresence: Bool
    /// The form in which the client gets its messages.
    let form: MessageForm
    /// Whether it makes its user a member; a listener's does not.
    let isPresent: Bool
    /// Its place among the room's live members; nil while it catches up.
    var slot: Int?
    /// Whether its `join` has been answered: from then on it gets presence events.
    var isAnswered = false
    private var end = End.open
    /// Whether a moderator has removed it.
    ///
    /// An error takes more space than all else here, and few need it.
    private indirect enum End {
        case open
        case removed(ProtocolError)
    }

    /// Counts its catch-ups: when a new one begins, an older one ends.
    private(set) var catchUps = 0

    init(client: Client, room: LocalRoom, hearsPresence: Bool = true) {
        self.client = client
        self.hearsPresence = hearsPresence
        self.port = client.port
        self.form = client.form
        self.isPresent = !client.isListener
        self.room = room
    }

    /// Why it was removed by a moderator; nil while it was not.
    var removal: ProtocolError? {
        guard case .removed(let error) = self.end else { return nil }
        return error
    }

    /// A moderator removes it.
    func remove(_ error: ProtocolError) { self.end = .removed(error) }

    /// Whether the client may read what was said before it came.
    var mayReadPast: Bool { self.client.session.access.rights(in: self.room.name).contains(.history) }

    /// Begins to catch up.
    ///
    /// - Returns: The number of this catch-up.
    func beginCatchUp() -> Int {
        self.catchUps += 1
        return self.catchUps
    }

    /// It goes live: the frames that its room has gathered until now are older than what it has got.
    ///
    /// - Parameter gathered: The length of those frames.
    func begins(after gathered: Int) { self.skippedBytes = gathered }

    /// Writes the frames that its room has gathered.
    ///
    /// - Parameter batch: The frames.
    /// - Returns: The result of the write.
    func deliver(_ batch: RoomFrames.Batch) -> OutboundPort.Verdict {
        guard self.skippedBytes == 0 else { return self.deliverNew(batch.frames) }
        if let lasting = batch.lasting, self.port.isCrowded { return self.deliverAlone(lasting) }
        switch self.form {
        case .frames(nil): return self.port.deliver(batch.frames)
        case .frames(let window?): return self.port.deliver(batch.frames(compressedFor: window))
        case .serverSentEvents: return self.port.deliver(batch.events ?? ServerSentEvents.events(in: batch.frames))
        }
    }

    /// Writes the frames before the room's other members get them; when these do, nothing is left for this one.
    ///
    /// - Parameter batch: The frames.
    /// - Returns: The result of the write.
    func deliverAhead(_ batch: RoomFrames.Batch) -> OutboundPort.Verdict {
        defer { self.skippedBytes = batch.frames.readableBytes }
        return self.deliver(batch)
    }

    /// Writes frames that others do not get like this, so they are not compressed for it alone.
    private func deliverAlone(_ frames: ByteBuffer) -> OutboundPort.Verdict {
        switch self.form {
        case .frames: self.port.deliver(frames)
        case .serverSentEvents: self.port.deliver(ServerSentEvents.events(in: frames))
        }
    }

    /// Writes only the frames that were gathered after it went live.
    private func deliverNew(_ frames: ByteBuffer) -> OutboundPort.Verdict {
        var due = frames
        due.moveReaderIndex(forwardBy: self.skippedBytes)
        self.skippedBytes = 0
        return due.readableBytes > 0 ? self.deliverAlone(due) : .sent
    }
}
