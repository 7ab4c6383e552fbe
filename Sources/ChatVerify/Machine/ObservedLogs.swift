internal import ChatCore
internal import ChatWords

/// The common knowledge of all clients about a room's logs: the message at each number, and the clients that saw it.
struct ObservedLogs: Sendable {
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

    /// The place of a message.
    ///
    /// A log that was rolled back uses its numbers again, at another time.
    private struct Place: Hashable, Comparable, Sendable {
        var seq: Int
        /// 0: not known.
        var time: Int

        init(_ position: LogPosition) {
            self.seq = position.seq
            self.time = position.time ?? 0
        }

        static func < (one: Self, other: Self) -> Bool { (one.seq, one.time) < (other.seq, other.time) }
    }

    /// One epoch.
    private struct Log: Sendable {
        var entries: [Place: Entry] = [:]
        var acknowledgements: [Place: Acknowledgement] = [:]
        /// The newest time of a message delivered at a number or below; known after everything is collected.
        var newest: [Int: Int] = [:]

        /// The places that the final log has.
        ///
        /// Where a number at or below was given out later, a message was lost.
        var lasting: [Place] {
            let places = Set(self.entries.keys).union(self.acknowledgements.keys).sorted()
            var newest: [Int: Int] = [:]
            var bound = 0
            for place in places {
                bound = max(bound, place.time)
                newest[place.seq] = bound
            }
            return places.filter { $0.time == 0 || $0.time >= newest[$0.seq] ?? 0 }
        }
    }

    private struct KeyOfSender: Hashable, Sendable {
        var sender: UserID
        var key: IdempotencyKey
    }

    let room: RoomName
    private(set) var violations: [Violation] = []
    private var logs: [Epoch: Log] = [:]
    private var texts: [IdempotencyKey: String] = [:]
    /// The last receipt of each client: its next one must have a higher position.
    private var lastReceipts: [Int: LogPosition] = [:]

    init(room: RoomName) { self.room = room }

    mutating func sent(_ key: IdempotencyKey, _ text: String) { self.texts[key] = text }

    mutating func acknowledged(_ key: IdempotencyKey, _ position: LogPosition, by client: Int) {
        if let last = self.lastReceipts[client], last.epoch == position.epoch, last.seq >= position.seq,
            // A number that was given out again.
            position.time ?? 0 <= last.time ?? 0
        {
            let values: KeyValuePairs = ["key": "\(key)", "last": "\(last.seq)"]
            self.note(.sendOrder, client, position, Sentence("the receipt of {key} comes after that of {last}", values))
        }
        self.lastReceipts[client] = position
        let place = Place(position)
        let other = self.logs[position.epoch]?.acknowledgements[place]
        if let other, other.key != key {
            let values: KeyValuePairs = ["key": "\(key)", "other": "\(other.key)", "client": "\(other.client)"]
            let detail = Sentence("{key} was acknowledged here, and {other} to client {client}", values)
            self.note(.receipt, client, position, detail)
        }
        self.logs[position.epoch, default: Log()].acknowledgements[place] = .init(key: key, client: client)
    }

    mutating func received(_ content: WireHistory.Content, _ position: LogPosition, by client: Int) {
        let place = Place(position)
        if let entry = self.logs[position.epoch]?.entries[place] {
            guard entry.content != content else { return }
            let detail = Sentence(
                "got {message}, client {client} got {other}",
                ["message": "\(content)", "client": "\(entry.witness)", "other": "\(entry.content)"]
            )
            return self.note(.conflict, client, position, detail)
        }
        self.logs[position.epoch, default: Log()].entries[place] = Entry(content: content, witness: client)
    }

    /// Whether the log gave this number, or one below it, to another message later: the message here was lost.
    ///
    /// - Parameters:
    ///   - position: The position of the message.
    ///   - news: A message that came after it; nil: any message.
    /// - Returns: Whether it was lost before the news.
    func hasLost(_ position: LogPosition, before news: LogPosition? = nil) -> Bool {
        guard let log = self.logs[position.epoch], let time = position.time, log.newest[position.seq] ?? 0 > time else {
            return false
        }
        guard let news else { return true }
        guard news.epoch == position.epoch, let end = news.time else { return false }
        return log.entries.keys.contains { $0.seq <= position.seq && $0.time > time && $0.time <= end }
    }

    private mutating func note(_ kind: Violation.Kind, _ client: Int?, _ position: LogPosition, _ detail: Sentence) {
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

extension ObservedLogs {
    /// Compares receipts and sent messages with the messages delivered to any client.
    mutating func compare() {
        for (epoch, log) in self.logs {
            var newest = 0
            for place in log.entries.keys.sorted() {
                newest = max(newest, place.time)
                self.logs[epoch]?.newest[place.seq] = newest
            }
        }
        for (epoch, log) in self.logs.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            self.findDoubles(in: log, epoch)
            for (place, acknowledgement) in log.acknowledgements.sorted(by: { $0.key < $1.key }) {
                guard let entry = log.entries[place], entry.content.key != acknowledgement.key else { continue }
                let detail = Sentence(
                    "{key} was acknowledged here, delivered was {message}",
                    ["key": "\(acknowledgement.key)", "message": "\(entry.content)"]
                )
                self.note(.receipt, acknowledgement.client, LogPosition(epoch: epoch, seq: place.seq), detail)
            }
            for (place, entry) in log.entries.sorted(by: { $0.key < $1.key }) {
                guard let key = entry.content.key, let text = self.texts[key], text != entry.content.text else {
                    continue
                }
                let detail = Sentence(
                    "{key} was sent as \"{text}\" and delivered as \"{other}\"",
                    ["key": "\(key)", "text": text, "other": entry.content.text]
                )
                self.note(.altered, entry.witness, LogPosition(epoch: epoch, seq: place.seq), detail)
            }
        }
    }

    private mutating func findDoubles(in log: Log, _ epoch: Epoch) {
        var seqs: [KeyOfSender: Int] = [:]
        for place in log.lasting {
            guard let entry = log.entries[place], let key = entry.content.key else { continue }
            let name = KeyOfSender(sender: entry.content.sender, key: key)
            guard let seq = seqs.updateValue(place.seq, forKey: name) else { continue }
            let position = LogPosition(epoch: epoch, seq: place.seq)
            let values: KeyValuePairs = ["key": "\(key)", "seq": "\(seq)"]
            self.note(.storedTwice, entry.witness, position, Sentence("{key} stands at {seq} as well", values))
        }
    }

    /// Messages that a member never got although they are known to be in the log.
    func missing(after last: LogPosition, for client: Int) -> [Violation] {
        guard let log = self.logs[last.epoch] else { return [] }
        return log.lasting.filter { $0.seq > last.seq }.map { place in
            let detail =
                if let acknowledgement = log.acknowledgements[place] {
                    Sentence(
                        "{key}, acknowledged to client {client}, never came; the last that did is {last}",
                        [
                            "key": "\(acknowledgement.key)", "client": "\(acknowledgement.client)",
                            "last": "\(last.seq)",
                        ]
                    )
                } else {
                    Sentence(
                        "a message that others got never came; the last that did is {last}",
                        ["last": "\(last.seq)"]
                    )
                }
            return Violation(
                kind: .lost,
                client: client,
                room: self.room,
                epoch: last.epoch,
                seq: place.seq,
                detail: detail
            )
        }
    }
}

extension WireHistory.Content: CustomStringConvertible {
    /// The key where there is one, otherwise sender and text.
    package var description: String { self.key.map { "\($0)" } ?? "\"\(self.text)\" (\(self.sender))" }
}
