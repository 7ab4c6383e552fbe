internal import DequeModule
internal import NIOCore

/// The last messages of a room, kept by a shard that hands them on.
///
/// It is the buffer of every join: messages that come while a member reads the log are here, once for all joins. Most
/// clients that come back after a moment find all missed messages here, without reading the log.
package struct RoomTail: Sendable {
    /// The most messages it keeps.
    package static let maximumMessages = 128
    /// The most bytes it keeps; the newest message stays, however large.
    package static let maximumBytes = 64 * 1024

    private var publications: Deque<Publication> = []
    private var bytes = 0

    package init() {}

    /// The position of the newest message that it keeps.
    package var last: LogPosition? { self.publications.last?.position }

    /// The time of the message at a position, if it keeps that.
    package func time(of position: LogPosition) -> Int? {
        guard let first = self.publications.first?.position, let last, first.epoch == position.epoch,
            (first.seq...last.seq).contains(position.seq)
        else { return nil }
        return self.publications[position.seq - first.seq].position.time
    }

    /// Adds the message that follows the last one; a message that does not follow it starts a new tail.
    ///
    /// If it tells that an earlier message was deleted, the text of that is taken out here, too.
    package mutating func append(_ publication: Publication) {
        if let last, publication.position.epoch != last.epoch || publication.position.seq != last.seq + 1 {
            self.removeAll()
        }
        if let seq = PublicationCodec.deletedSeq(by: publication.payload) { self.delete(seq) }
        self.publications.append(publication)
        self.bytes += publication.payload.readableBytes
        while self.publications.count > 1,
            self.publications.count > Self.maximumMessages || self.bytes > Self.maximumBytes
        {
            self.bytes -= self.publications.removeFirst().payload.readableBytes
        }
    }

    /// Takes the text of a deleted message out, if it keeps that.
    private mutating func delete(_ seq: Int) {
        guard let first = self.publications.first?.position, let last, (first.seq...last.seq).contains(seq) else {
            return
        }
        let old = self.publications[seq - first.seq].payload
        guard let deleted = PublicationCodec.deleted(old) else { return }
        self.publications[seq - first.seq].payload = deleted
        self.bytes += deleted.readableBytes - old.readableBytes
    }

    /// Removes everything.
    package mutating func removeAll() {
        self.publications.removeAll()
        self.bytes = 0
    }

    /// The messages that follow a position, if it keeps all of them.
    ///
    /// - Returns: nil when some are missing.
    package func messages(after position: LogPosition) -> ArraySlice<Publication>? {
        guard let first = self.publications.first?.position, let last, first.epoch == position.epoch,
            position.seq >= first.seq - 1, position.seq <= last.seq
        else { return nil }
        return ArraySlice(self.publications[(position.seq - first.seq + 1)...])
    }
}
