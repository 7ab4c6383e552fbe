/// Gives the highest number there is: every draw ends at the upper end of its range.
struct Highest: RandomNumberGenerator {
    /// Without a place of its own, the thread sanitizer cannot follow it (``SystemRandom``).
    private var number = UInt64.max

    func next() -> UInt64 { self.number }
}

/// Gives a low number: every draw ends at the lower end of its range. (0 itself would be drawn again for ever.)
struct Lowest: RandomNumberGenerator {
    private var number: UInt64 = 1 << 32

    func next() -> UInt64 { self.number }
}
