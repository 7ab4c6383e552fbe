internal import Crypto

/// Spreads keys over servers by rendezvous hashing: a key is at the server with the highest weight for it.
///
/// The weight is the SHA-1 of the server's name, a space and the key; the scripts in Redis compute the same. When a server
/// is added, only the keys go to it for which it now has the highest weight, and when one is removed, only its own keys
/// go elsewhere (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", 1998).
package struct Rendezvous: Sendable, Hashable {
    /// The names of the servers, in the order of their bytes: the order in which they are given does not count.
    package let servers: [String]

    package init(_ servers: some Sequence<String>) {
        self.servers = servers.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The place in ``servers`` of the server that has a key; 0 when there is none.
    package func home(of key: String) -> Int {
        var (best, home) = (Weight.lowest, 0)
        for (index, server) in self.servers.enumerated() {
            let weight = Weight(of: server, for: key)
            if weight > best { (best, home) = (weight, index) }
        }
        return home
    }

    /// The name of the server that has a key; nil when there is none.
    package func homeName(of key: String) -> String? {
        self.servers.isEmpty ? nil : self.servers[self.home(of: key)]
    }

    /// The places of all servers, that of the key's home first, and each next one the home if those before it were gone.
    package func order(of key: String) -> [Int] {
        let weights = self.servers.map { Weight(of: $0, for: key) }
        return weights.indices.sorted { weights[$0] > weights[$1] }
    }
}

/// A digest as a number.
private struct Weight: Comparable {
    static let lowest = Weight(parts: (0, 0, 0))

    private let parts: (UInt64, UInt64, UInt32)

    private init(parts: (UInt64, UInt64, UInt32)) { self.parts = parts }

    init(of server: String, for key: String) {
        var hash = Insecure.SHA1()
        hash.update(data: Array(server.utf8))
        hash.update(data: [UInt8(ascii: " ")])
        hash.update(data: Array(key.utf8))
        self.parts = hash.finalize().withUnsafeBytes { bytes in
            func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
            return (number(0..<8), number(8..<16), UInt32(truncatingIfNeeded: number(16..<20)))
        }
    }

    static func < (one: Weight, other: Weight) -> Bool { one.parts < other.parts }
    static func == (one: Weight, other: Weight) -> Bool { one.parts == other.parts }
}
