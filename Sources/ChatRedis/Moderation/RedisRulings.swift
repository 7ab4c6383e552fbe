internal import ChatCore
internal import NIOCore

/// The rulings of moderators, and the record of what they did: one hash and one stream for all nodes.
///
/// Each change is published on the channel that all nodes listen to. A publication may be lost, so the version of the
/// hash is compared every few seconds, and after every reconnect. It belongs to the broker and is used on its event
/// loop only.
final class RedisRulings {
    /// The interval at which the version is compared.
    private static let checkInterval = TimeAmount.seconds(5)
    /// The most rulings in one command.
    private static let rulingsAtOnce = 100

    private let router: RequestRouter
    private let keys: RedisKeys
    private var random = SystemRandom()
    /// The newest version that the node's subscribers were told or have read; nil before the first one.
    private var told: RulingVersion?
    private var nextCheck = NIODeadline.now()
    private var isChecking = false

    init(_ router: RequestRouter, _ keys: RedisKeys) { (self.router, self.keys) = (router, keys) }

    // MARK: Changes

    /// Lets a ruling hold.
    func put(_ ruling: Ruling) async throws(BrokerError) { try await self.put([ruling], onlyMissing: false) }

    private func put(_ rulings: some Sequence<Ruling>, onlyMissing: Bool) async throws(BrokerError) {
        let request = RedisRequest(.putRulings, keys: self.keys.rulings) {
            $0.append(Base36.random(digits: 12, using: &self.random))
            $0.append(self.keys.control)
            $0.append(Rulings.maximum)
            $0.append(onlyMissing ? 1 : 0)
            for ruling in rulings {
                $0.append(ruling.id.rawValue)
                $0.append(ruling.expiresAt ?? 0)
                $0.append(ruling.encoded())
                $0.append(ruling.source?.rawValue ?? "")
            }
        }
        guard try await self.router.perform(request) != .null else { throw .hasTooManyRulings }
    }

    /// Lets a ruling hold no more; nil when there is none.
    func lift(_ id: RulingID) async throws(BrokerError) -> Ruling? {
        let request = RedisRequest(.liftRuling, keys: self.keys.rulings) {
            $0.append(Base36.random(digits: 12, using: &self.random))
            $0.append(self.keys.control)
            $0.append(id.rawValue)
        }
        return try await self.router.perform(request).bytes.flatMap { Ruling(decoding: $0) }
    }

    // MARK: Reading

    /// All rulings; what the caller knows and Redis has lost is written again first.
    func list(known: RulingList?) async throws(BrokerError) -> RulingList {
        var list = try await self.read()
        if let known, !list.version.continues(known.version) {
            let there = Set(list.rulings.map(\.id))
            let missing = known.rulings.filter { !there.contains($0.id) && !$0.matter.isMomentary }
            for start in stride(from: 0, to: missing.count, by: Self.rulingsAtOnce) {
                try await self.put(missing[start...].prefix(Self.rulingsAtOnce), onlyMissing: true)
            }
            if !missing.isEmpty { list = try await self.read() }
        }
        self.told = list.version
        return list
    }

    private func request(_ command: RedisCommand) -> RedisRequest { RedisRequest(command, on: self.keys.rulings) }

    private func read() async throws(BrokerError) -> RulingList {
        let request = self.request(RedisCommand("HGETALL", self.keys.rulings))
        guard let fields = try await self.router.perform(request).array else { throw .isUnintelligible }
        var list = RulingList(version: .none, rulings: [])
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            guard let value = fields[index + 1].bytes else { continue }
            if fields[index].word == "version" {
                list.version = RulingVersion(String(buffer: value)) ?? .none
            } else if let ruling = Self.ruling(value), list.rulings.count < Rulings.maximum {
                list.rulings.append(ruling)
            }
        }
        return list
    }

    /// The ruling behind the end of it.
    private static func ruling(_ value: ByteBuffer) -> Ruling? {
        guard let space = value.readableBytesView.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        return Ruling(decoding: ByteBuffer(value.readableBytesView[(space + 1)...]))
    }

    // MARK: News

    /// There was news of a change.
    func heard(_ news: RulingNews) {
        switch news {
        case .put(_, let version), .lifted(_, let version): self.told = version
        case .doubtful: break
        }
    }

    /// Compares the version, when it is time.
    ///
    /// - Parameters:
    ///   - now: The time.
    ///   - doubt: Called when there was a change of which there was no news.
    func tick(_ now: NIODeadline, _ doubt: @escaping () -> Void) {
        guard now >= self.nextCheck, !self.isChecking, self.router.isActive(for: self.keys.rulings) else { return }
        self.nextCheck = now + Self.checkInterval
        self.isChecking = true
        let known = self.told
        var request = self.request(RedisCommand("HGET", self.keys.rulings, "version"))
        request.completion = { result in
            self.isChecking = false
            guard case .success(let reply) = result else { return }
            let version = reply.string.flatMap { RulingVersion($0) } ?? .none
            // News may have overtaken the answer: the next look decides then.
            if self.told == known, version != known { doubt() }
        }
        self.router.submit(request)
    }

    // MARK: The record

    /// Adds an entry to the record.
    func record(_ entry: AuditEntry) async throws(BrokerError) {
        let most = "\(AuditPage.maximumKept)"
        var command = RedisCommand("XADD", self.keys.audit, "MAXLEN", "~", most, "*", "entry")
        command.append(entry.encoded())
        _ = try await self.router.perform(RedisRequest(command, on: self.keys.audit))
    }

    /// Reads the record backwards.
    func audit(before cursor: String?, limit: Int) async throws(BrokerError) -> AuditPage {
        let end = cursor.map(Self.predecessor) ?? "+"
        let command = RedisCommand("XREVRANGE", self.keys.audit, end, "-", "COUNT", "\(limit + 1)")
        let request = RedisRequest(command, on: self.keys.audit)
        guard let found = try await self.router.perform(request).array else { throw .isUnintelligible }
        let entries = found.prefix(limit).compactMap { $0.array?.last?.array?.last?.bytes }
            .compactMap { AuditEntry(decoding: $0) }
        let oldest = found.count > limit ? found[limit - 1].array?.first?.string : nil
        return AuditPage(entries: entries.reversed(), cursor: oldest)
    }

    /// The largest id of a stream below this one; without its second number, an end means the largest.
    private static func predecessor(_ id: String) -> String {
        let parts = id.split(separator: "-")
        let time = parts.first.flatMap { UInt64($0) } ?? 0
        let serial = parts.count > 1 ? UInt64(parts[1]) ?? 0 : 0
        return serial > 0 ? "\(time)-\(serial - 1)" : time > 0 ? "\(time - 1)" : "0-0"
    }
}

extension BrokerError {
    fileprivate static let hasTooManyRulings = BrokerError(
        .rulingsFull,
        "there are \(Rulings.maximum) rulings, which is the most that are kept: lift some, or ban a network"
    )
}
