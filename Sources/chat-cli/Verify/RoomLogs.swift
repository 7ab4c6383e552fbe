internal import ChatCore

/// What all clients together know of a room's logs: which message stands where, and who says so.
struct RoomLogs: Sendable {
    /// A message of a log.
    private struct Entry: Sendable {
        var content: WireHistory.Content
        var witness: Int
    }

    /// A receipt of one client.
    private struct Acknowledgement: Sendable {
        var key: IdempotencyKey
        var client: Int
    }

    /// One epoch.
    private struct Log: Sendable {
        var entries: [Int: Entry] = [:]
        var acknowledgements: [Int: Acknowledgement] = [:]
        var places: [KeyOfSender: Int] = [:]
    }

    private struct KeyOfSender: Hashable, Sendable {
        var sender: UserID
        var key: IdempotencyKey
    }

    let room: RoomName
    private(set) var violations: [Violation] = []
    private var logs: [Epoch: Log] = [:]
    private var texts: [IdempotencyKey: String] = [:]
    /// The last receipt of each client: its next one lies behind it.
    private var lastReceipts: [Int: LogPosition] = [:]

    init(room: RoomName) { self.room = room }

    mutating func sent(_ key: IdempotencyKey, _ text: String) { self.texts[key] = text }

    mutating func acknowledged(_ key: IdempotencyKey, _ position: LogPosition, by client: Int) {
        if let last = self.lastReceipts[client], last.epoch == position.epoch, last.seq >= position.seq {
            self.note(.sendOrder, client, position, "the receipt of \(key) comes after that of \(last.seq)")
        }
        self.lastReceipts[client] = position
        let other = self.logs[position.epoch]?.acknowledgements[position.seq]
        if let other, other.key != key {
            self.note(.receipt, client, position, "\(key) was acknowledged here, and \(other.key) to \(other.client)")
        }
        self.logs[position.epoch, default: Log()].acknowledgements[position.seq] = .init(key: key, client: client)
    }

    mutating func received(_ content: WireHistory.Content, _ position: LogPosition, by client: Int) {
        if let entry = self.logs[position.epoch]?.entries[position.seq] {
            guard entry.content != content else { return }
            let detail = "got \(content), client \(entry.witness) got \(entry.content)"
            return self.note(.conflict, client, position, detail)
        }
        self.logs[position.epoch, default: Log()].entries[position.seq] = Entry(content: content, witness: client)
        guard let key = content.key else { return }
        let name = KeyOfSender(sender: content.sender, key: key)
        if let seq = self.logs[position.epoch]?.places.updateValue(position.seq, forKey: name) {
            self.note(.storedTwice, client, position, "\(key) stands at \(seq) as well")
        }
    }

    private mutating func note(_ kind: Violation.Kind, _ client: Int?, _ position: LogPosition, _ detail: String) {
        self.violations.append(
            .init(
                kind: kind,
                client: client,
                room: self.room,
                epoch: position.epoch,
                seq: position.seq,
                detail: detail
            )
        )
    }
}

// MARK: - When everything is known

extension RoomLogs {
    /// Compares receipts and what was sent with what was delivered, by anybody.
    mutating func compare() {
        for (epoch, log) in self.logs.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            for (seq, acknowledgement) in log.acknowledgements.sorted(by: { $0.key < $1.key }) {
                guard let entry = log.entries[seq], entry.content.key != acknowledgement.key else { continue }
                let detail = "\(acknowledgement.key) was acknowledged here, delivered was \(entry.content)"
                self.note(.receipt, acknowledgement.client, LogPosition(epoch: epoch, seq: seq), detail)
            }
            for (seq, entry) in log.entries.sorted(by: { $0.key < $1.key }) {
                guard let key = entry.content.key, let text = self.texts[key], text != entry.content.text else {
                    continue
                }
                let detail = "\(key) was sent as \"\(text)\" and delivered as \"\(entry.content.text)\""
                self.note(.altered, entry.witness, LogPosition(epoch: epoch, seq: seq), detail)
            }
        }
    }

    /// What a member never got although it is known to be in the log.
    func missing(after last: LogPosition, for client: Int) -> [Violation] {
        guard let log = self.logs[last.epoch] else { return [] }
        let known = Set(log.entries.keys).union(log.acknowledgements.keys)
        return known.filter { $0 > last.seq }.sorted().map { seq in
            let reason =
                if let acknowledgement = log.acknowledgements[seq] {
                    "\(acknowledgement.key), acknowledged to client \(acknowledgement.client),"
                } else {
                    "a message that others got"
                }
            return Violation(
                kind: .lost,
                client: client,
                room: self.room,
                epoch: last.epoch,
                seq: seq,
                detail: "\(reason) never came; the last that did is \(last.seq)"
            )
        }
    }
}

extension WireHistory.Content: CustomStringConvertible {
    /// The key where there is one, else who said what.
    var description: String { self.key.map { "\($0)" } ?? "\"\(self.text)\" of \(self.sender)" }
}
