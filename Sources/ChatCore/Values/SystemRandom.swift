/// The system's random numbers, fit for cryptography.
///
/// `SystemRandomNumberGenerator` has no storage, so a value passed `inout` has no address of its own, and the thread
/// sanitizer reports a race when two threads draw at once. This type has storage.
package struct SystemRandom: RandomNumberGenerator, Sendable {
    private var place: UInt8 = 0

    package init() {}

    package mutating func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
