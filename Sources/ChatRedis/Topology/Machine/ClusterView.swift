internal import NIOCore

/// Where each slot of a Cluster is, by what its servers say now.
///
/// Of answers that differ, those count that know of the newest change: a server that was cut off tells of before. Of these
/// the owner of a slot itself is believed first, since the others hear of a migration a moment later. Who redirects a
/// request is believed for a while whatever others say.
struct ClusterView {
    /// The time for which a redirection counts more than the answers to questions.
    static let redirectionCounts = TimeAmount.seconds(2)
    /// The most servers that are told apart, as the specification recommends.
    static let mostServers = 1_000

    private struct Told {
        let owner: Int
        let until: NIODeadline
    }

    private var answers: [RedisURL.Address: ClusterAnswer] = [:]
    private var redirections: [HashSlot: Told] = [:]
    /// The servers that have been named, in the order in which they came.
    private(set) var servers: [RedisURL.Address] = []
    /// The place of each slot's server among these; -1: nobody knows.
    private var owners = [Int](repeating: -1, count: HashSlot.count)

    enum OnNews: Equatable {
        case none
        /// These slots are at other servers than before.
        case changed([HashSlot])
    }

    /// Where a slot is; nil: nobody knows.
    func owner(of slot: HashSlot) -> RedisURL.Address? { self.place(of: slot).map { self.servers[$0] } }

    /// The place of a slot's server in ``servers``; nil: nobody knows.
    func place(of slot: HashSlot) -> Int? {
        let place = self.owners[slot.number]
        return place < 0 ? nil : place
    }

    /// The place of a server, which is known from now on; nil when there are too many.
    private mutating func place(of server: RedisURL.Address) -> Int? {
        if let known = self.servers.firstIndex(of: server) { return known }
        guard self.servers.count < Self.mostServers else { return nil }
        self.servers.append(server)
        return self.servers.count - 1
    }

    /// A server has answered.
    mutating func told(_ answer: ClusterAnswer, by server: RedisURL.Address, _ now: NIODeadline) -> OnNews {
        guard self.answers[server] != answer else { return self.tick(now) }
        self.answers[server] = answer
        return self.judge(now)
    }

    /// A server cannot be asked any more: its last answer does not count.
    mutating func lost(_ server: RedisURL.Address, _ now: NIODeadline) -> OnNews {
        guard self.answers.removeValue(forKey: server) != nil else { return .none }
        return self.judge(now)
    }

    /// A request was redirected.
    mutating func redirected(_ slot: HashSlot, to owner: RedisURL.Address, _ now: NIODeadline) -> OnNews {
        guard let place = self.place(of: owner) else { return .none }
        self.redirections[slot] = Told(owner: place, until: now + Self.redirectionCounts)
        guard self.owners[slot.number] != place else { return .none }
        self.owners[slot.number] = place
        return .changed([slot])
    }

    /// Time has passed: old redirections count no more.
    mutating func tick(_ now: NIODeadline) -> OnNews {
        guard self.redirections.contains(where: { $0.value.until <= now }) else { return .none }
        return self.judge(now)
    }

    // MARK: Judging

    private mutating func judge(_ now: NIODeadline) -> OnNews {
        self.redirections = self.redirections.filter { $0.value.until > now }
        if self.servers.count >= Self.mostServers / 2 { self.forgetFormerServers() }
        // Whoever cannot be asked has not moved anything.
        var owners = self.owners
        var weights = [Int](repeating: -1, count: HashSlot.count)
        for answer in self.newest {
            for range in answer.ranges {
                guard let owner = self.place(of: range.owner) else { continue }
                let weight = Self.weight(of: range, answer)
                for slot in range.slots where weights[slot] < weight { (owners[slot], weights[slot]) = (owner, weight) }
            }
        }
        for (slot, told) in self.redirections { owners[slot.number] = told.owner }
        let changed = HashSlot.all.filter { owners[$0.number] != self.owners[$0.number] }
        self.owners = owners
        return changed.isEmpty ? .none : .changed(changed)
    }

    /// Forgets servers that have no slot any more: over months they may be many.
    private mutating func forgetFormerServers() {
        let used = Set(self.owners.filter { $0 >= 0 } + self.redirections.values.map(\.owner)).sorted()
        let places = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($0.element, $0.offset) })
        self.servers = used.map { self.servers[$0] }
        self.owners = self.owners.map { places[$0] ?? -1 }
        self.redirections = self.redirections.mapValues { Told(owner: places[$0.owner] ?? 0, until: $0.until) }
    }

    /// How much a claim on slots counts: that of the owner more than any other, and then a newer one more.
    private static func weight(of range: ClusterAnswer.Range, _ answer: ClusterAnswer) -> Int {
        let most = 1 << 60
        return range.isOwn ? most + min(max(0, answer.ownEpoch), most) : min(max(0, answer.epoch), most - 1)
    }

    /// The answers that count, in an order that is the same each time.
    private var newest: [ClusterAnswer] {
        let serving = self.answers.filter(\.value.isServing)
        let candidates = serving.isEmpty ? self.answers : serving
        let epoch = candidates.values.map(\.epoch).max() ?? 0
        return candidates.filter { $0.value.epoch == epoch }.sorted { "\($0.key)" < "\($1.key)" }.map(\.value)
    }
}
