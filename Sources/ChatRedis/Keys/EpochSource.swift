internal import ChatCore

/// Makes epochs that no log has had: random bits that tell this run of a node from all others, and a count.
///
/// Every message carries a candidate, in case its room has no epoch. Drawing each one from the system's source of
/// randomness would cost a dozen system calls.
struct EpochSource {
    private let stem: String
    private var count = 0

    init() {
        var random = SystemRandom()
        self.stem = Base36.random(digits: 10, using: &random)
    }

    mutating func next() -> String {
        self.count += 1
        return self.stem + String(self.count, radix: 36)
    }
}
