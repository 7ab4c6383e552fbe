/// Where the primary is, by what the sentinels say now.
///
/// Each failover has a number (the `config-epoch`), and the newest one that any sentinel knows of counts: a sentinel that
/// was cut off gives the address of before. Only answers of sentinels that are asked now count: whoever sets the
/// sentinels up anew begins with small numbers again.
struct PrimaryView {
    /// The answer of a sentinel.
    struct Answer: Equatable {
        let address: RedisURL.Address
        /// The number of the failover that made it the primary.
        let failover: Int
    }

    private var answers: [Int: Answer] = [:]
    /// The primary; nil: no sentinel has named one.
    private(set) var primary: RedisURL.Address?

    enum OnTold: Equatable {
        /// The primary is known for the first time.
        case found(RedisURL.Address)
        /// Another server is the primary now.
        case moved(to: RedisURL.Address)
        case none
    }

    /// A sentinel has answered.
    ///
    /// - Parameters:
    ///   - answer: Its answer; nil: it knows no such primary.
    ///   - sentinel: The number of the sentinel.
    /// - Returns: What follows.
    mutating func told(_ answer: Answer?, by sentinel: Int) -> OnTold {
        self.answers[sentinel] = answer
        return self.judge()
    }

    /// A sentinel is out of reach: its last answer does not count any more.
    mutating func lost(_ sentinel: Int) -> OnTold { self.told(nil, by: sentinel) }

    private mutating func judge() -> OnTold {
        guard let address = self.newest, address != self.primary else { return .none }
        defer { self.primary = address }
        return self.primary == nil ? .found(address) : .moved(to: address)
    }

    /// The address that most sentinels give of those who know of the newest failover; the present one, if as many do.
    private var newest: RedisURL.Address? {
        guard let failover = self.answers.values.map(\.failover).max() else { return nil }
        var counts: [RedisURL.Address: Int] = [:]
        for answer in self.answers.values where answer.failover == failover { counts[answer.address, default: 0] += 1 }
        guard let most = counts.values.max() else { return nil }
        let candidates = counts.filter { $0.value == most }.map(\.key)
        guard let primary, candidates.contains(primary) else { return candidates.min { "\($0)" < "\($1)" } }
        return primary
    }
}
