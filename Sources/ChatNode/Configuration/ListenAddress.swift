/// An address and a port to listen on, as an operator writes them.
package struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    /// The address of this machine alone.
    private static let loopback = "127.0.0.1"

    /// Without the brackets of a URL.
    package let host: String
    /// Zero lets the system choose a free one.
    package let port: Int

    package init(host: String, port: Int) { (self.host, self.port) = (host, port) }

    /// Reads `ADDRESS:PORT`, or a port alone, which is one of the loopback address; nil when it is no address with a port
    /// of 0 to 65,535.
    ///
    /// - Parameter text: An IPv6 address is in brackets.
    package init?(_ text: String) {
        let colon = text.lastIndex(of: ":")
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(digits), port <= 65_535
        else { return nil }
        self.port = port
        guard let colon else {
            self.host = Self.loopback
            return
        }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]"), host.contains(":") {
            self.host = String(host.dropFirst().dropLast())
        } else {
            let isName = host.utf8.allSatisfy { (0x21...0x7E).contains($0) && !":/@[]?#".utf8.contains($0) }
            guard !host.isEmpty, isName else { return nil }
            self.host = String(host)
        }
    }

    /// As it is in a URL.
    package var description: String { "\(self.host.contains(":") ? "[\(self.host)]" : self.host):\(self.port)" }
}
