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
    /// The oldest number that is kept.
    private(set) var first = 1

    init() throws { self.epochs = try ["epoch000", "epoch111", "epoch222", "epoch333"].map { try Epoch($0) } }

    var epoch: Epoch { self.epochs[self.index] }
    var head: LogPosition { LogPosition(epoch: self.epoch, seq: self.first - 1 + self.entries.count) }
    var canTrim: Bool { !self.entries.isEmpty }

    /// Stores a message, another one each time.
    mutating func publish() -> Publication {
        self.made += 1
        let position = LogPosition(epoch: self.epoch, seq: self.head.seq + 1)
        let publication = Publication(position: position, payload: ByteBuffer(string: "\(position) \(self.made)"))
        self.entries.append(publication)
        return publication
    }

    mutating func trim() {
        self.entries.removeFirst()
        self.first += 1
    }

    /// Loses everything.
    mutating func beginAnew() {
        self.index += 1
        (self.entries, self.first) = ([], 1)
    }

    /// Loses the last message, and nobody is told: its number is given out again.
    mutating func rollBack() { self.entries.removeLast() }

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
