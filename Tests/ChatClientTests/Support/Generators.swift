/// Gives the highest number there is: every draw ends at the upper end of its range.
struct Highest: RandomNumberGenerator {
    func next() -> UInt64 { .max }
}

/// Gives a low number: every draw ends at the lower end of its range. (0 itself would be drawn again for ever.)
struct Lowest: RandomNumberGenerator {
    func next() -> UInt64 { 1 << 32 }
}
