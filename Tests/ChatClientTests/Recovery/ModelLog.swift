import ChatCore
import ChatRedis
import NIOCore

/// What a recovery did that it must not do.
struct RecoveryViolation: Error { var reason: String }

/// A room's log as Redis has it: it loses its beginning, or everything, or what came last.
struct ModelLog {
    /// Where a page ends, so that two messages more need another one.
    private static let pageLimit = 2

    private let epochs: [Epoch]
    private var index = 0
    private var entries: [Publication] = []
    private var made = 0
    /// Deleted messages as they were: a log that loses a deletion has the message again.
    private var originals: [Int: ByteBuffer] = [:]
    /// Whether a deletion was rolled back.
    private(set) var hasLostDeletion = false
    private let room: RoomName
    private let mina: User
    /// The oldest number that is kept.
    private(set) var first = 1

    init() throws {
        self.epochs = try ["epoch000", "epoch111", "epoch222", "epoch333"].map { try Epoch($0) }
        self.room = try RoomName("lobby")
        self.mina = User(id: UserID("u1"), name: try UserName("Mina"))
    }

    var epoch: Epoch { self.epochs[self.index] }
    var head: LogPosition { LogPosition(epoch: self.epoch, seq: self.first - 1 + self.entries.count) }
    var canTrim: Bool { !self.entries.isEmpty }

    /// Stores a message, another one each time.
    mutating func publish() -> Publication {
        self.made += 1
        let text = "\(self.made)"
        return self.append(PublicationCodec.tail(sender: self.mina, text: text, kind: .text, key: nil))
    }

    private mutating func append(_ tail: ByteBuffer) -> Publication {
        let position = LogPosition(epoch: self.epoch, seq: self.head.seq + 1)
        let payload = PublicationCodec.assemble(
            prefix: PublicationCodec.prefix(self.room),
            position: position,
            time: self.made,
            tail: tail
        )
        let publication = Publication(position: position, payload: payload)
        self.entries.append(publication)
        return publication
    }

    /// The newest message that can be deleted.
    private var deletable: Int? {
        self.entries.lastIndex { entry in
            PublicationCodec.deleted(entry.payload).map { $0 != entry.payload } ?? false
        }
    }

    var canDelete: Bool { self.deletable != nil }

    /// Deletes the newest message that is none already.
    mutating func delete() -> Publication? {
        guard let index = self.deletable, let deleted = PublicationCodec.deleted(self.entries[index].payload) else {
            return nil
        }
        let seq = self.entries[index].position.seq
        self.originals[seq] = self.entries[index].payload
        self.entries[index].payload = deleted
        return self.append(PublicationCodec.deletionTail(of: seq, by: self.mina))
    }

    /// What it keeps under a number.
    func payload(_ seq: Int) -> ByteBuffer? { self.entries.first { $0.position.seq == seq }?.payload }

    mutating func trim() {
        self.entries.removeFirst()
        self.first += 1
    }

    /// Loses everything.
    mutating func beginAnew() {
        self.index += 1
        (self.entries, self.first, self.originals) = ([], 1, [:])
    }

    /// Loses the last message, and nobody is told: its number is given out again.
    mutating func rollBack() {
        let lost = self.entries.removeLast()
        guard let seq = PublicationCodec.deletedSeq(by: lost.payload), let original = self.originals[seq],
            let index = self.entries.firstIndex(where: { $0.position.seq == seq })
        else { return }
        self.entries[index].payload = original
        self.hasLostDeletion = true
    }

    /// What was found to be rolled back becomes another log, unless that was done already.
    mutating func replaceEpoch(_ old: Epoch) {
        guard old == self.epoch else { return }
        self.index += 1
        self.entries = self.entries.map {
            Publication(position: LogPosition(epoch: self.epoch, seq: $0.position.seq), payload: $0.payload)
        }
    }

    func page(after seq: Int) -> LogPage {
        let messages = self.entries.drop { $0.position.seq <= seq }.prefix(Self.pageLimit)
        return LogPage(epoch: self.epoch, first: self.first, head: self.head.seq, publications: Array(messages))
    }

    /// What a feed reads, with the message at the position that it asks about.
    func read(_ read: LogRead) -> (page: LogPage, anchor: ByteBuffer?) {
        let (seq, place) =
            switch read {
            case .head: (self.head.seq, self.head.seq)
            case .after(let seq): (seq, seq)
            }
        return (self.page(after: seq), self.entries.first { $0.position.seq == place }?.payload)
    }
}
