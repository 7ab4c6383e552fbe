/// All addresses with the same beginning: a block in CIDR notation (RFC 4632, section 3.1; RFC 4291, section 2.3).
package struct Network: Hashable, Sendable {
    /// Its first address.
    package let address: NetworkAddress
    /// The number of bits that its addresses share, of 128.
    private let length: Int

    /// The network of one address.
    package init(_ address: NetworkAddress) { self.init(address, length: 128) }

    private init(_ address: NetworkAddress, length: Int) {
        self.address = address
        self.length = length
    }

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or a single address.
    ///
    /// Bits behind the beginning must be 0: whoever writes `192.0.2.1/24` may mean one address or all of them.
    ///
    /// - Parameter text: The text.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = NetworkAddress(text: parts[0]) else { return nil }
        guard parts.count == 2 else {
            self.init(address)
            return
        }
        let digits = parts[1]
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        let bits = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        // The form of an address decides how its bits are counted: ::ffff:0:0/96 is 0.0.0.0/0.
        let isDotted = !parts[0].contains(UInt8(ascii: ":"))
        guard bits <= (isDotted ? 32 : 128) else { return nil }
        let length = isDotted ? 96 + bits : bits
        // A network that begins among the mapped addresses and ends elsewhere is neither of IPv4 nor of IPv6.
        guard Self.masked(address, length) == address, !address.isIPv4 || length >= 96 else { return nil }
        self.init(address, length: length)
    }

    /// Whether an address is one of it; a network of IPv6, such as `::/0`, has no addresses of IPv4.
    package func contains(_ address: NetworkAddress) -> Bool {
        guard self.isIPv4 == address.isIPv4 else { return false }
        return Self.masked(address, self.length) == self.address
    }

    /// Whether its addresses are those of IPv4.
    private var isIPv4: Bool { self.address.isIPv4 && self.length >= 96 }

    private static func masked(_ address: NetworkAddress, _ length: Int) -> NetworkAddress {
        // A shift by all bits of a number gives 0.
        NetworkAddress(
            high: address.high & ~(UInt64.max >> min(length, 64)),
            low: address.low & ~(UInt64.max >> max(0, length - 64))
        )
    }
}

extension Network: CustomStringConvertible {
    /// Such as `192.0.2.0/24`; a single address is written as such.
    package var description: String {
        guard self.length < 128 else { return self.address.description }
        return "\(self.address)/\(self.isIPv4 ? self.length - 96 : self.length)"
    }
}
