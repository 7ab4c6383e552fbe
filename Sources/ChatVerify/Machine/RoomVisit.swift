internal import ChatCore
internal import ChatWords

/// Checks what the server owes one client in one room, record by record: each message after its position, once and in
/// order.
struct RoomVisit: Sendable {
    private enum State: Sendable {
        /// Not in the room on this connection; no event of the room may come.
        case outside
        /// Has left it on this connection; late events are ignored.
        case left
        case inside
    }

    let client: Int
    let room: RoomName
    private(set) var violations: [Violation] = []
    private var state = State.outside
    /// The last message that the client has, or knows to be lost.
    private(set) var last: LogPosition?
    /// The head of the log at the last join.
    private var head: LogPosition?
    /// The messages that came in this stay and epoch.
    private var seen: Set<Int> = []

    init(client: Int, room: RoomName) {
        self.client = client
        self.room = room
    }

    /// The place after which the client is owed the rest of the log at the end; nil when it is not in the room.
    var owedAfter: LogPosition? {
        guard case .inside = self.state else { return nil }
        return self.last
    }

    /// The violation when the last join announced more of the log than came.
    var shortOfHead: Violation? {
        guard let last = self.owedAfter, let head, head.epoch == last.epoch, head.seq > last.seq else { return nil }
        let detail = Sentence(
            "the join announced messages up to {head}, the last that came is {last}",
            ["head": "\(head.seq)", "last": "\(last.seq)"]
        )
        return .init(
            kind: .lost,
            client: self.client,
            room: self.room,
            epoch: last.epoch,
            seq: last.seq + 1,
            detail: detail
        )
    }

    mutating func joined(after: LogPosition?, head: LogPosition, recovered: Bool, replay: Int) {
        let wasInside = if case .inside = self.state { true } else { false }
        self.state = .inside
        self.head = head
        guard let after else {
            // A second join of the same room does not change the position.
            if wasInside { return }
            self.begin(at: LogPosition(epoch: head.epoch, seq: head.seq - replay))
            guard head.seq < replay else { return }
            let values: KeyValuePairs = ["count": "\(replay)", "head": "\(head.seq)"]
            self.note(.replay, head, Sentence("{count} messages announced, the log has {head}", values))
            return
        }
        if let last, last.epoch == after.epoch, last.seq < after.seq {
            let values: KeyValuePairs = ["after": "\(after.seq)", "last": "\(last.seq)"]
            self.note(.hole, after, Sentence("the client asks for what follows {after}, but has only {last}", values))
        }
        if after != self.last { self.begin(at: after) }
        guard recovered else { return }
        if after.epoch != head.epoch {
            let values: KeyValuePairs = ["epoch": after.epoch.rawValue]
            self.note(.epoch, head, Sentence("recovered: true for a client that asked for epoch {epoch}", values))
        } else if head.seq >= after.seq, head.seq - after.seq != replay {
            let values: KeyValuePairs = ["count": "\(replay)", "after": "\(after.seq)"]
            self.note(.replay, head, Sentence("{count} messages announced to a client that has {after}", values))
        }
    }

    mutating func left() { self.state = .left }

    mutating func disconnected() { self.state = .outside }

    mutating func received(_ position: LogPosition, _ content: WireHistory.Content) {
        guard self.isInside(position.epoch, position.seq, "message"), let last else { return }
        let name = content.description
        guard position.epoch == last.epoch else {
            self.note(.epoch, position, Self.epochChange(name, last))
            return self.begin(at: position, hasSeenIt: true)
        }
        if position.seq <= last.seq {
            let isAgain = self.seen.contains(position.seq)
            let detail = isAgain ? "{message} came again, the client had {last}" : "{message} came late, after {last}"
            let values: KeyValuePairs = ["message": name, "last": "\(last.seq)"]
            self.note(isAgain ? .doubled : .disordered, position, Sentence(detail, values))
        } else {
            self.expect(position.seq, after: last, then: name)
            self.last = position
        }
        self.seen.insert(position.seq)
    }

    mutating func gap(_ epoch: Epoch, from first: Int, to end: Int) {
        guard self.isInside(epoch, first, "gap"), let last else { return }
        guard epoch == last.epoch else {
            self.note(.epoch, .init(epoch: epoch, seq: first), Self.epochChange("gap", last))
            return self.begin(at: LogPosition(epoch: epoch, seq: end))
        }
        if first <= last.seq || end < first {
            let detail = Sentence(
                "gap {first}…{end} for a client that has {last}",
                ["first": "\(first)", "end": "\(end)", "last": "\(last.seq)"]
            )
            self.note(.gap, LogPosition(epoch: epoch, seq: first), detail)
        } else {
            self.expect(first, after: last, then: "gap \(first)…\(end)")
        }
        guard end > last.seq else { return }
        self.last = LogPosition(epoch: epoch, seq: end)
    }

    /// A reset came.
    ///
    /// - Parameters:
    ///   - epoch: The epoch that the client is in from now on.
    ///   - isDue: Whether messages that the client has were lost, as other clients show.
    mutating func reset(_ epoch: Epoch, isDue: Bool = false) {
        guard self.isInside(epoch, nil, "reset") else { return }
        if let last, last.epoch == epoch, !isDue {
            self.note(.reset, last, Sentence("a reset to the epoch that the client is in"))
        }
        self.begin(at: LogPosition(epoch: epoch, seq: 0))
    }
}

extension RoomVisit {
    private static func epochChange(_ what: String, _ last: LogPosition) -> Sentence {
        Sentence(
            "{what} follows {last} of epoch {epoch}",
            ["what": what, "last": "\(last.seq)", "epoch": last.epoch.rawValue]
        )
    }

    private mutating func begin(at position: LogPosition, hasSeenIt: Bool = false) {
        self.last = position
        self.seen = hasSeenIt ? [position.seq] : []
    }

    private mutating func expect(_ seq: Int, after last: LogPosition, then name: String) {
        guard seq > last.seq + 1 else { return }
        let missing = seq == last.seq + 2 ? "\(last.seq + 1)" : "\(last.seq + 1)…\(seq - 1)"
        let detail = Sentence("{missing} missing without a gap before {next}", ["missing": missing, "next": name])
        self.note(.hole, LogPosition(epoch: last.epoch, seq: last.seq + 1), detail)
    }

    private mutating func isInside(_ epoch: Epoch, _ seq: Int?, _ what: String) -> Bool {
        switch self.state {
        case .inside: return true
        case .left: return false
        case .outside:
            self.violations.append(
                .init(
                    kind: .notMember,
                    client: self.client,
                    room: self.room,
                    epoch: epoch,
                    seq: seq,
                    detail: Sentence(
                        "{what} came to a client that has not joined on this connection",
                        ["what": what]
                    )
                )
            )
            return false
        }
    }

    private mutating func note(_ kind: Violation.Kind, _ position: LogPosition, _ detail: Sentence) {
        self.violations.append(
            .init(
                kind: kind,
                client: self.client,
                room: self.room,
                epoch: position.epoch,
                seq: position.seq,
                detail: detail
            )
        )
    }
}
