/// What stands for a long key in a table: 128 bits, in place of the key and what belongs to its memory.
///
/// They are two hashes with the secret that every run of a process draws anew: nobody can choose two keys that have the
/// same ones, and by chance it will not happen.
struct Fingerprint: Hashable {
    private let first: Int
    private let second: Int

    /// Takes the fingerprint of a key.
    init(_ key: some Hashable) {
        func hash(_ number: UInt8) -> Int {
            var hasher = Hasher()
            hasher.combine(number)
            hasher.combine(key)
            return hasher.finalize()
        }
        (self.first, self.second) = (hash(1), hash(2))
    }
}
