/// The names under which a server answers requests (docs/PROTOCOL.md, section 7).
///
/// Somebody else's page can point its own name at the address of this server (DNS rebinding), and a browser then treats
/// the two as one. It still sends the page's name as `Host`. Addresses are always answered, since no name leads to
/// them.
package enum HostPolicy: Equatable, Sendable {
    /// Every name.
    case any
    /// Only `localhost` and names that end in `.localhost`.
    case local
    /// These names, in lower case.
    case list([String])

    /// Reads what an operator wrote: `*`, `local`, or names with commas between.
    ///
    /// - Returns: nil when something in it is not a name.
    package init?(_ text: String) {
        switch text {
        case "*": self = .any
        case "local": self = .local
        default:
            let names = text.split(separator: ",").map { $0.filter { $0 != " " }.lowercased() }
            let isName = { (name: String) in
                !name.isEmpty && name.utf8.allSatisfy { $0 < 0x80 && $0 > 0x20 && !":/*@?#".utf8.contains($0) }
            }
            guard !names.isEmpty, names.allSatisfy(isName) else { return nil }
            self = .list(names)
        }
    }

    /// The default: a server that only this machine reaches answers only local names.
    ///
    /// - Parameter address: The address that it listens on.
    /// - Returns: The policy.
    package static func standard(listeningOn address: String) -> HostPolicy {
        let isLoopback = address == "localhost" || address == "::1" || address.hasPrefix("127.")
        return isLoopback ? .local : .any
    }

    /// Whether a request may ask for this host.
    ///
    /// - Parameter authority: A host and perhaps a port, in ASCII; nil when the request says none.
    /// - Returns: Whether it may.
    func allows(_ authority: String?) -> Bool {
        guard self != .any, let authority, !authority.hasPrefix("[") else { return true }
        var bytes = authority.utf8.prefix { $0 != UInt8(ascii: ":") }
        // The dot of the root.
        if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
        if Self.isAddress(bytes) { return true }
        let host = Substring(bytes).lowercased()
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        guard case .list(let names) = self else { return false }
        return names.contains(host)
    }

    /// Whether it is an address of IPv4: most requests in a network without names ask for one.
    private static func isAddress(_ host: Substring.UTF8View) -> Bool {
        var dots = 0
        var number: Int?
        for byte in host {
            if byte == UInt8(ascii: "."), number != nil {
                (dots, number) = (dots + 1, nil)
            } else {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return false }
                let value = 10 * (number ?? 0) + Int(byte - UInt8(ascii: "0"))
                guard value <= UInt8.max else { return false }
                number = value
            }
        }
        return dots == 3 && number != nil
    }
}
