/// Where the page gets tokens, on a server that requires them.
package struct SignIn: Equatable, Sendable {
    /// The address that gives whoever is signed in a token: a path on the page's own origin, or an address on another one.
    ///
    /// The browser sends its cookies there.
    package var tokenURL: String?
    /// The address at which people sign in.
    package var loginURL: String?

    package init() {}

    /// Whether a text is a path on the page's own origin, in visible ASCII.
    package static func isPath(_ text: String) -> Bool {
        // A browser takes two slashes, or a slash and a backslash, for the beginning of a host.
        text.hasPrefix("/") && !text.hasPrefix("//") && !text.hasPrefix("/\\") && Self.isVisible(text)
    }

    /// Whether a text is a path, or an address that a browser opens.
    package static func isAddress(_ text: String) -> Bool {
        let isWeb = ["https://", "http://"].contains { text.lowercased().hasPrefix($0) && text.count > $0.count }
        return Self.isPath(text) || (isWeb && Self.isVisible(text))
    }

    /// Whether a text is a place from which the page may get tokens: a path, or an address on a named origin.
    package static func isTokenAddress(_ text: String) -> Bool {
        Self.isPath(text) || (Self.isVisible(text) && Self.origin(of: text) != nil)
    }

    /// The origin to which the page has to connect for tokens; nil when it is the page's own.
    var tokenOrigin: Origin? { self.tokenURL.flatMap(Self.origin) }

    private static func origin(of address: String) -> Origin? {
        guard let scheme = address.firstRange(of: "://") else { return nil }
        let end = address[scheme.upperBound...].firstIndex { "/?#\\".contains($0) } ?? address.endIndex
        let origin = Origin(pattern: String(address[..<end]))
        return origin?.host.hasPrefix("*") == true ? nil : origin
    }

    private static func isVisible(_ text: String) -> Bool { text.utf8.allSatisfy { 0x21...0x7E ~= $0 } }
}
