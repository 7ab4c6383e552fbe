internal import ChatCore
internal import ChatWords

/// Says whether a history keeps the promises of docs/PROTOCOL.md, section 4.
///
/// It uses no clock and no server: the records of each client are in order, and messages are compared by number and
/// epoch only. A client is owed every message since its stay in a room began; after it resumes, also the messages that
/// it missed while disconnected. A client that left is owed nothing more.
package struct HistoryJudge: Sendable {
    /// The result of a judgement.
    package struct Verdict: Equatable, Sendable {
        /// Sorted by client, the general ones first.
        package var violations: [Violation] = []
        package var counts = Counts()
    }

    /// The amount of recorded events: a run in which little happened proves little.
    package struct Counts: Equatable, Sendable {
        package var connections = 0
        package var joins = 0
        /// Messages, each counted once even if it was sent several times.
        package var sent = 0
        package var acknowledged = 0
        package var received = 0
        /// Messages that came as a replay of a join, or should have.
        package var replayed = 0
        package var gaps = 0
        package var resets = 0
    }

    private var logs: [RoomName: ObservedLogs] = [:]
    private var violations: [Violation] = []
    private var counts = Counts()

    private init() {}

    /// Judges a history.
    package static func judge(_ history: WireHistory) -> Verdict {
        var judge = HistoryJudge()
        for (index, client) in history.clients.enumerated() { judge.collect(client.records, of: index) }
        for room in judge.logs.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            judge.logs[room]?.compare()
            judge.violations += judge.logs[room]?.violations ?? []
        }
        var lastEpochs: [RoomName: (Epoch, client: Int)] = [:]
        for (index, client) in history.clients.enumerated() {
            let stays = judge.follow(client.records, of: index)
            if let trouble = client.trouble {
                judge.violations.append(.init(kind: .unsettled, client: index, detail: trouble))
            }
            judge.conclude(stays, of: index, &lastEpochs)
        }
        return Verdict(violations: judge.violations, counts: judge.counts)
    }
}

// MARK: - What all clients know together

extension HistoryJudge {
    private mutating func collect(_ records: [WireHistory.Record], of client: Int) {
        var keys: Set<IdempotencyKey> = []
        for record in records {
            switch record {
            case .opened: self.counts.connections += 1
            case .joined(_, after: _, head: _, recovered: _, let replay):
                self.counts.joins += 1
                self.counts.replayed += replay
            case .sent(let room, let key, let text):
                if keys.insert(key).inserted { self.counts.sent += 1 }
                self.logs[room, default: ObservedLogs(room: room)].sent(key, text)
            case .acknowledged(let room, let key, let position):
                self.counts.acknowledged += 1
                self.logs[room, default: ObservedLogs(room: room)].acknowledged(key, position, by: client)
            case .received(let room, let position, let content):
                self.counts.received += 1
                self.logs[room, default: ObservedLogs(room: room)].received(content, position, by: client)
            case .gap: self.counts.gaps += 1
            case .reset: self.counts.resets += 1
            case .garbled:
                self.violations.append(
                    .init(kind: .garbled, client: client, detail: Sentence("something came that is no event"))
                )
            case .closed, .left: break
            }
        }
    }
}

// MARK: - What each client was owed

extension HistoryJudge {
    private mutating func follow(_ records: [WireHistory.Record], of client: Int) -> [RoomName: RoomVisit] {
        var stays: [RoomName: RoomVisit] = [:]
        for record in records {
            switch record {
            case .opened, .closed: for room in stays.keys { stays[room]?.disconnected() }
            case .joined(let room, let after, let head, let recovered, let replay):
                stays[room, default: RoomVisit(client: client, room: room)]
                    .joined(after: after, head: head, recovered: recovered, replay: replay)
            case .left(let room): stays[room]?.left()
            case .received(let room, let position, let content):
                if let last = stays[room]?.last, self.logs[room]?.hasLost(last, before: position) == true {
                    self.noteSilentLoss(of: last, client, room)
                }
                stays[room, default: RoomVisit(client: client, room: room)].received(position, content)
            case .gap(let room, let epoch, let first, let last):
                stays[room, default: RoomVisit(client: client, room: room)].gap(epoch, from: first, to: last)
            case .reset(let room, let head):
                let last = stays[room]?.last
                let isDue = last.map { $0.seq > head.seq || self.logs[room]?.hasLost($0) == true } ?? false
                stays[room, default: RoomVisit(client: client, room: room)].reset(head.epoch, isDue: isDue)
            case .sent, .acknowledged, .garbled: break
            }
        }
        for stay in stays.values.sorted(by: { $0.room.rawValue < $1.room.rawValue }) {
            self.violations += stay.violations
        }
        return stays
    }

    private mutating func noteSilentLoss(of last: LogPosition, _ client: Int, _ room: RoomName) {
        let detail = Sentence("the client was never told that what it has at {last} was lost", ["last": "\(last.seq)"])
        self.violations.append(
            .init(kind: .silentLoss, client: client, room: room, epoch: last.epoch, seq: last.seq, detail: detail)
        )
    }

    private mutating func conclude(
        _ stays: [RoomName: RoomVisit],
        of client: Int,
        _ lastEpochs: inout [RoomName: (Epoch, client: Int)]
    ) {
        for (room, stay) in stays.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            guard let last = stay.owedAfter else { continue }
            if self.logs[room]?.hasLost(last) == true { self.noteSilentLoss(of: last, client, room) }
            let missing = self.logs[room]?.missing(after: last, for: client) ?? []
            self.violations += missing
            if missing.isEmpty, let short = stay.shortOfHead { self.violations.append(short) }
            let (epoch, other) = lastEpochs[room, default: (last.epoch, client)]
            lastEpochs[room] = (epoch, other)
            guard epoch != last.epoch else { continue }
            let detail = Sentence(
                "client {client} ended in epoch {epoch}",
                ["client": "\(other)", "epoch": epoch.rawValue]
            )
            self.violations.append(
                .init(kind: .divided, client: client, room: room, epoch: last.epoch, detail: detail)
            )
        }
    }
}
