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
        guard let literal = NetworkAddress(literal: parts[0]) else { return nil }
        guard parts.count == 2 else {
            self.init(literal.untranslated)
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
        // So is 64:ff9b::/96; a larger network around it is one of IPv6, and has none of a translator's addresses.
        let address = length >= 96 ? literal.untranslated : literal
        // A network that begins among the mapped addresses and ends elsewhere is neither of IPv4 nor of IPv6.
        guard Self.masked(address, length) == address, !address.isIPv4 || length >= 96 else { return nil }
        self.init(address, length: length)
    }

    /// Whether an address is one of it; a network of IPv6, such as `::/0`, has no addresses of IPv4.
    package func contains(_ address: NetworkAddress) -> Bool {
        guard self.isIPv4 == address.isIPv4 else { return false }
        return Self.masked(address, self.length) == self.address
    }

    /// What networks with the same number of addresses have in common.
    package struct Size: Hashable, Sendable {
        fileprivate var isIPv4: Bool
        fileprivate var length: Int
    }

    /// Its size.
    package var size: Size { Size(isIPv4: self.isIPv4, length: self.length) }

    /// The network of a size in which an address is; nil where the sizes of its family are others.
    package init?(_ address: NetworkAddress, _ size: Size) {
        guard address.isIPv4 == size.isIPv4 else { return nil }
        self.init(Self.masked(address, size.length), length: size.length)
    }

    /// The network that one client has: an IPv4 address, or a /64 of IPv6.
    package init(ofClientAt address: NetworkAddress) {
        let length = address.isIPv4 ? 128 : 64
        self.init(Self.masked(address, length), length: length)
    }

    /// The block that limits count as one and in which it lies; nil where it is larger than one.
    package var block: AddressBlock? {
        self.length >= (self.isIPv4 ? 128 : 64) ? self.address.block : nil
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
