package import ChatCore
import ChatHTTP

/// The proxies whose word is taken for the address of a client.
package struct TrustedProxies: Sendable, Equatable {
    /// The field by which they say it.
    ///
    /// It is one, since a proxy passes on the other as a client sent it: whoever believed both would believe the client.
    package enum Field: String, Sendable {
        case xForwardedFor = "x-forwarded-for"
        case forwarded
    }

    package var networks: [Network] = []
    package var field = Field.xForwardedFor

    /// No proxy at all.
    package init() {}

    /// Reads networks and addresses with commas between; nil when one of them is neither.
    package init?(_ text: String) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let network = Network(String(part.drop { $0 == " " })) else { return nil }
            self.networks.append(network)
        }
    }

    /// Whether a connection or a hop comes from one of them.
    func contains(_ address: NetworkAddress?) -> Bool {
        guard let address else { return false }
        return self.networks.contains { $0.contains(address) }
    }

    /// The address of the client that a request comes from.
    ///
    /// Each proxy writes behind the others from whom it got the request. So the last address is true when the peer is
    /// trusted, the one before it when that is trusted as well, and so on: the client is the last one that is not.
    /// Whatever stands before it may be made up. A hop that is hidden ends the search, too, and its proxy stands for it.
    ///
    /// - Parameters:
    ///   - head: The request's head.
    ///   - peer: The other end of the connection.
    /// - Returns: The address; nil for a connection without one.
    /// - Throws: ``RequestFault`` when a proxy's field cannot be read: nobody knows then what a client has added to it.
    func client(of head: RequestHead, from peer: NetworkAddress?) throws(RequestFault) -> NetworkAddress? {
        guard !self.networks.isEmpty, self.contains(peer) else { return peer }
        let hops =
            switch self.field {
            case .xForwardedFor: ForwardedHop.ofList(head.values(of: "x-forwarded-for"))
            case .forwarded: try ForwardedHop.ofForwarded(head.values(of: "forwarded"))
            }
        var client = peer
        for hop in hops.reversed() {
            guard case .address(let address) = hop else { return client }
            client = address
            guard self.contains(address) else { return client }
        }
        return client
    }
}
