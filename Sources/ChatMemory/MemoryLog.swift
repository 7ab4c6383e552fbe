internal import ChatCore
internal import DequeModule
internal import NIOCore

/// The log of one room, in memory: numbers, keeps and removes messages, and remembers their keys.
struct MemoryLog {
    private(set) var head: LogPosition
    /// The time when the last message was stored; nil when none was.
    var lastTime: Int? { self.head.time }
    private let prefix: ByteBuffer
    private var publications: Deque<Publication> = []
    private var keys = KeyMemory()

    /// Begins an empty log.
    init(room: RoomName, epoch: Epoch) {
        self.head = LogPosition(epoch: epoch, seq: 0)
        self.prefix = PublicationCodec.prefix(room)
    }

    /// Stores a message, unless its key was seen before.
    ///
    /// - Parameters:
    ///   - draft: The message.
    ///   - now: The time, in milliseconds since the Unix epoch.
    ///   - limits: The limits of what is kept.
    /// - Returns: The receipt, and the message to hand on if it is new.
    mutating func append(_ draft: Draft, now: Int, limits: LogLimits) -> (Receipt, Publication?) {
        self.forget(now, limits)
        let key = draft.fingerprint
        if let record = key.flatMap({ self.keys.record(of: $0) }) {
            let position = LogPosition(epoch: self.head.epoch, seq: record.seq, time: record.time)
            return (Receipt(position: position, time: record.time, isDuplicate: true), nil)
        }
        self.head.seq += 1
        self.head.time = now
        let payload = PublicationCodec.assemble(
            prefix: self.prefix,
            position: self.head,
            time: now,
            tail: draft.tail
        )
        let publication = Publication(position: self.head, payload: payload)
        self.publications.append(publication)
        if self.publications.count > limits.messages { self.publications.removeFirst() }
        if let key { self.keys.remember(key, seq: self.head.seq, time: now) }
        return (Receipt(position: self.head, time: now, isDuplicate: false), publication)
    }

    /// Deletes a message, and stores the entry that tells of it.
    ///
    /// - Parameters:
    ///   - deletion: The message.
    ///   - now: The time, in milliseconds since the Unix epoch.
    ///   - limits: The limits of what is kept.
    /// - Returns: The receipt, and the entry to hand on if it is new; nil if there is no such message.
    mutating func delete(_ deletion: Deletion, now: Int, limits: LogLimits) -> (Receipt, Publication?)? {
        self.forget(now, limits)
        let index = deletion.seq - self.first
        guard self.publications.indices.contains(index), deletion.epoch ?? self.head.epoch == self.head.epoch else {
            return nil
        }
        let message = self.publications[index]
        guard let deleted = PublicationCodec.deleted(message.payload) else { return nil }
        guard deleted != message.payload else {
            return (Receipt(position: message.position, time: message.position.time ?? now, isDuplicate: true), nil)
        }
        self.publications[index].payload = deleted
        let tail = PublicationCodec.deletionTail(of: deletion.seq, by: deletion.user)
        let draft = Draft(room: deletion.room, sender: deletion.user.id, key: nil, tail: tail)
        return self.append(draft, now: now, limits: limits)
    }

    /// Removes expired messages and keys.
    mutating func forget(_ now: Int, _ limits: LogLimits) {
        if let lastTime, now - lastTime > limits.retention.inMilliseconds { self.publications.removeAll() }
        self.keys.forget(before: now - limits.deduplication.inMilliseconds)
    }

    /// The time when all of its messages, or after them all of its keys, expire; nil when it has none.
    func nextForgetting(_ limits: LogLimits) -> Int? {
        guard let lastTime, !self.publications.isEmpty || !self.keys.isEmpty else { return nil }
        return lastTime + (self.publications.isEmpty ? limits.deduplication : limits.retention).inMilliseconds + 1
    }

    /// The time after which nothing in it is needed any more.
    ///
    /// The epoch outlives the log, so that a client that comes back late gets a gap and not another log.
    func end(_ limits: LogLimits) -> Int { self.lastTime.map { $0 + 2 * limits.retention.inMilliseconds + 1 } ?? 0 }

    /// Whether that time has passed.
    func isForgotten(_ now: Int, _ limits: LogLimits) -> Bool { now >= self.end(limits) }

    /// Messages after a number, oldest first.
    func page(after seq: Int, limit: Int) -> LogPage {
        let start = max(0, min(seq - (self.first - 1), self.publications.count))
        var bytes = 0
        let publications = self.publications[start...].prefix(limit).prefix { publication in
            bytes += publication.payload.readableBytes
            return bytes <= LogPage.maximumBytes || bytes == publication.payload.readableBytes
        }
        return self.page(Array(publications))
    }

    /// Messages before a number, oldest first.
    func page(before seq: Int?, limit: Int) -> LogPage {
        let end = max(0, min((seq ?? .max).subtractingReportingOverflow(self.first).partialValue, self.count))
        var bytes = 0
        let publications = self.publications[..<end].suffix(limit).reversed().prefix { publication in
            bytes += publication.payload.readableBytes
            return bytes <= LogPage.maximumBytes || bytes == publication.payload.readableBytes
        }
        return self.page(publications.reversed())
    }

    private var count: Int { self.publications.count }

    /// The number of the oldest kept message; head + 1 when there is none.
    private var first: Int { self.head.seq + 1 - self.publications.count }

    private func page(_ publications: [Publication]) -> LogPage {
        LogPage(
            epoch: self.head.epoch,
            first: self.first,
            head: self.head.seq,
            headTime: self.lastTime,
            publications: publications
        )
    }
}
