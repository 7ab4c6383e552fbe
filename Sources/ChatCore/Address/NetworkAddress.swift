/// An IPv4 or IPv6 address: who pays for what comes from there.
///
/// An IPv6 address that stands for one of IPv4 is the latter, since nobody may be two: `::ffff:192.0.2.1` (RFC 4291,
/// section 2.5.5.2), as a socket for both families reports every IPv4 peer, and `64:ff9b::192.0.2.1` (RFC 6052, section
/// 2.1), as a translator (NAT64) does, which has all of IPv4 in what is otherwise the /64 of one customer.
package struct NetworkAddress: Hashable, Sendable {
    /// The 128 bits, in the order of the network; an IPv4 address is in its IPv6 form.
    let high: UInt64
    let low: UInt64

    /// The bits before an IPv4 address.
    static let mappedPrefix: UInt64 = 0xFFFF_0000_0000

    /// The address of these bits as they are, such as the first one of a network.
    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The address of 4 or 16 bytes in the order of the network; nil for any other number of bytes.
    package init?(bytes: UnsafeRawBufferPointer) {
        switch bytes.count {
        case 4: self.init(high: 0, low: Self.mappedPrefix | UInt64(bytes.loadUnaligned(as: UInt32.self).bigEndian))
        case 16:
            let literal = NetworkAddress(
                high: bytes.loadUnaligned(as: UInt64.self).bigEndian,
                low: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).bigEndian
            )
            self = literal.untranslated
        default: return nil
        }
    }

    /// The address of 4 or 16 bytes in the order of the network; nil for any other number of bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard let address = Array(bytes).withUnsafeBytes({ NetworkAddress(bytes: $0) }) else { return nil }
        self = address
    }

    /// Whether it is one of IPv4.
    package var isIPv4: Bool { self.high == 0 && self.low & ~0xFFFF_FFFF == Self.mappedPrefix }

    /// Whether it leads to the machine itself: `127.0.0.0/8` (RFC 1122, section 3.2.1.3) and `::1`.
    package var isLoopback: Bool {
        self.isIPv4 ? self.low >> 24 & 0xFF == 127 : self.high == 0 && self.low == 1
    }

    /// The addresses that count as one with it where limits are counted.
    ///
    /// Whoever has one IPv6 address has 2^64 of them: a network gives each customer, and often each machine, a /64 (RFC
    /// 6177; RFC 7421).
    package var block: AddressBlock { AddressBlock(high: self.high, low: self.isIPv4 ? self.low : 0) }

    /// The address of IPv4 of which a translator has made it (`64:ff9b::/96`); itself when none has.
    var untranslated: NetworkAddress {
        guard self.high == 0x0064_FF9B_0000_0000, self.low >> 32 == 0 else { return self }
        return NetworkAddress(high: 0, low: Self.mappedPrefix | self.low)
    }
}

/// The addresses that limits count as one: an IPv4 address, or a /64 of IPv6.
package struct AddressBlock: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    fileprivate init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

extension AddressBlock: CustomStringConvertible {
    /// Such as `192.0.2.1` and `2001:db8::/64`.
    package var description: String {
        let address = NetworkAddress(high: self.high, low: self.low)
        return address.isIPv4 ? address.description : "\(address)/64"
    }
}
