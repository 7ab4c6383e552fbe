extension Limits {
    /// A burst, and how fast it comes back.
    package struct Rate: Equatable, Sendable {
        /// What may come at once.
        package var burst: Int
        /// What may come in a ``period`` after that.
        package var count: Int
        package var period: Period

        /// The time that a count is for.
        package enum Period: String, Sendable, CaseIterable {
            case second = "s"
            case minute = "m"
            case hour = "h"

            var seconds: Int {
                switch self {
                case .second: 1
                case .minute: 60
                case .hour: 3600
                }
            }

            /// Its length.
            package var milliseconds: Int { 1000 * self.seconds }

            var word: String {
                switch self {
                case .second: "a second"
                case .minute: "a minute"
                case .hour: "an hour"
                }
            }
        }

        package init(burst: Int, _ count: Int, per period: Period) {
            self.burst = burst
            self.count = count
            self.period = period
        }

        package init(burst: Int, perSecond: Int) { self.init(burst: burst, perSecond, per: .second) }

        /// The rate in one number.
        var perSecond: Double { Double(self.count) / Double(self.period.seconds) }

        /// The rate for people: `10 messages a second`.
        ///
        /// - Parameter things: What is counted, in the plural.
        /// - Returns: The words.
        package func words(_ things: String) -> String { "\(self.count) \(things) \(self.period.word)" }
    }
}

extension Limits.Rate: LosslessStringConvertible {
    /// The largest burst and count.
    package static let maximum = 1 << 40

    /// Reads `20,10/s`: 20 at once, and 10 a second after that; `/m` and `/h` stand for a minute and an hour.
    package init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let burst = Int(parts[0]), (1...Self.maximum).contains(burst) else { return nil }
        let rate = parts[1].split(separator: "/", omittingEmptySubsequences: false)
        guard rate.count == 2, let count = Int(rate[0]), (1...Self.maximum).contains(count),
            let period = Period(rawValue: String(rate[1]))
        else { return nil }
        self.init(burst: burst, count, per: period)
    }

    package var description: String { "\(self.burst),\(self.count)/\(self.period.rawValue)" }
}
