import ChatCore
import NIOCore

extension NetworkAddress {
    /// The address of a socket's peer; nil for one without.
    ///
    /// A peer on a Unix domain socket is on this machine.
    init?(_ address: SocketAddress?) {
        guard let address else { return nil }
        // The places of `sin_addr` and `sin6_addr`, which are the same on every system (RFC 3493, section 3.3). Their
        // bytes are in the order of the network.
        let place: Range<Int>
        switch address {
        case .v4: place = 4..<8
        case .v6: place = 8..<24
        case .unixDomainSocket:
            self.init(bytes: [127, 0, 0, 1])
            return
        }
        let value = address.withSockAddr { socket, size -> NetworkAddress? in
            NetworkAddress(
                bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(start: socket, count: size)[place])
            )
        }
        guard let value else { return nil }
        self = value
    }
}
