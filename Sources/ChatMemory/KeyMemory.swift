internal import ChatCore
internal import DequeModule

/// The keys with which messages came to a room, and where those are: so that a repeated one is not stored again.
struct KeyMemory {
    /// The most keys; past that the oldest one is forgotten early.
    static let maximum = 65_536

    /// What is kept of a message.
    struct Record {
        fileprivate var key: Fingerprint
        var seq: Int
        var time: Int
    }

    /// In the order of time.
    private var records: Deque<Record> = []
    /// The number of each key's record, counted from the first that there ever was.
    private var numbers: [Fingerprint: Int] = [:]
    /// The number of records that were removed.
    private var removed = 0

    var isEmpty: Bool { self.records.isEmpty }

    /// The message that came with a key; nil when there was none.
    func record(of key: Fingerprint) -> Record? { self.numbers[key].map { self.records[$0 - self.removed] } }

    /// A message came with a key that is not known.
    mutating func remember(_ key: Fingerprint, seq: Int, time: Int) {
        self.numbers[key] = self.removed + self.records.count
        self.records.append(Record(key: key, seq: seq, time: time))
        if self.records.count > Self.maximum { self.removeFirst() }
    }

    /// Forgets messages that are older than this.
    mutating func forget(before time: Int) {
        guard let first = self.records.first, first.time < time else { return }
        while let first = self.records.first, first.time < time { self.removeFirst() }
        // A crowd's room goes with it.
        if self.isEmpty { self = KeyMemory() }
    }

    private mutating func removeFirst() {
        self.numbers[self.records.removeFirst().key] = nil
        self.removed += 1
    }
}

extension Draft {
    /// What tells this draft from others that are not the same message sent again; nil for one without a key.
    var fingerprint: Fingerprint? { self.key.map { Fingerprint(Sent(key: $0, sender: self.sender)) } }

    private struct Sent: Hashable {
        let key: IdempotencyKey
        let sender: UserID
    }
}
