/// Random numbers that are the same for the same seed (SplitMix64), so that what fails can fail again.
package struct SeededGenerator: RandomNumberGenerator {
    /// The seeds that property tests run with; each is an argument, and so stands in the name of the test that fails.
    package static let seeds: [UInt64] = [1, 2, 3, 5, 8]

    private var state: UInt64

    /// Begins a row of numbers.
    package init(_ seed: UInt64) { self.state = seed }

    package mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var word = self.state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
