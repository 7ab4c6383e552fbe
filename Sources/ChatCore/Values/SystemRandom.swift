/// The system's random numbers, fit for cryptography.
///
/// `SystemRandomNumberGenerator` has no storage, and what is passed `inout` of it has no place of its own: the thread sanitizer
/// takes two threads that draw at once for one that is overtaken. This one has a place.
package struct SystemRandom: RandomNumberGenerator, Sendable {
    private var place: UInt8 = 0

    package init() {}

    package mutating func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
