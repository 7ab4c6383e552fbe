/// An answer of a Cluster that says where a request belongs, or that it must wait; nothing was done.
///
/// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#redirection-and-resharding
enum Redirection: Equatable {
    /// The slot is at another server.
    case moved(HashSlot, Destination)
    /// The slot is being moved, and the key is not here any more: this request alone goes to the other server.
    case ask(Destination)
    /// The slot is being moved, and the request names keys of which some are not here.
    case tryAgain
    /// The cluster does not serve the slot at present.
    case isDown
    /// It was not sent: its slot has moved.
    case withdrawn

    /// Where it belongs.
    enum Destination: Equatable {
        case server(RedisURL.Address)
        /// At the host of the server that answers, which does not know under what name others reach it.
        case sameHost(port: Int)
        /// The server that answers does not know the address.
        case unknown
    }

    /// Reads an error; nil when it is another one.
    init?(_ text: String) {
        let error = RedisErrorText(text)
        let words = error.message.split(separator: " ")
        switch error.code {
        case "MOVED":
            guard words.count == 2, let slot = Int(words[0]).flatMap({ HashSlot($0) }) else { return nil }
            self = .moved(slot, Destination(words[1]))
        case "ASK":
            guard words.count == 2 else { return nil }
            self = .ask(Destination(words[1]))
        case "TRYAGAIN": self = .tryAgain
        case "CLUSTERDOWN": self = .isDown
        default: return nil
        }
    }
}

extension Redirection.Destination {
    /// Reads host and port; the host of an IPv6 address has colons, and no brackets.
    init(_ text: Substring) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (1...65535).contains(port)
        else {
            self = .unknown
            return
        }
        switch text[..<colon] {
        case "": self = .sameHost(port: port)
        case "?": self = .unknown
        case let host: self = .server(.host(String(host), port: port))
        }
    }

    /// The address, seen from the server that answers; nil when it is unknown.
    func address(from server: RedisURL.Address) -> RedisURL.Address? {
        switch (self, server) {
        case (.server(let address), _): address
        case (.sameHost(let port), .host(let host, port: _)): .host(host, port: port)
        case (.sameHost, .socket), (.unknown, _): nil
        }
    }
}
