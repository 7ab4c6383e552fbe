/// How the two ends of a connection compress their messages (permessage-deflate; RFC 7692, section 7.1).
///
/// Neither may refer to earlier messages ("no context takeover"): so a broadcast is compressed once for everybody, and
/// a connection needs no window of its own.
package struct DeflateTerms: Equatable, Sendable {
    /// The most bits of the window of what the server sends: 9 … 15.
    package let window: Int
    /// Whether the client asked for this window, and has to be told.
    private let isWindowAsked: Bool

    /// The answer to the offers of a client.
    package enum Verdict: Equatable, Sendable {
        /// They have these terms.
        case agree(DeflateTerms)
        /// None of the offers can be taken: messages are not compressed.
        case decline
        /// The field is not as the grammar says; the handshake has failed (RFC 6455, section 9.1).
        case malformed
    }

    /// Takes the first offer of a request that can be taken.
    package static func answer(to head: RequestHead) -> Verdict {
        let fields = head.values(of: "sec-websocket-extensions")
        if fields.isEmpty { return .decline }
        guard let extensions = WebSocketExtensions(fields) else { return .malformed }
        return extensions.offers.lazy.compactMap(Self.init).first.map { .agree($0) } ?? .decline
    }

    /// Takes an offer; fails when it is another extension, or has a parameter that is unknown, given twice or out of
    /// range (RFC 7692, section 7.1).
    private init?(_ offer: WebSocketExtensions.Offer) {
        guard offer.name.elementsEqual("permessage-deflate".utf8) else { return nil }
        var names: Set<ArraySlice<UInt8>> = []
        var window: Int?
        for parameter in offer.parameters {
            guard names.insert(parameter.name).inserted else { return nil }
            switch Parameter(parameter.name) {
            case .serverNoContextTakeover, .clientNoContextTakeover:
                guard parameter.value == nil else { return nil }
            case .serverMaxWindowBits:
                // A window of 8 bits would be allowed, but zlib cannot write one.
                guard let bits = parameter.value.flatMap(Self.bits), bits > 8 else { return nil }
                window = bits
            case .clientMaxWindowBits:
                // Whatever the client's window is, it can be read.
                if let value = parameter.value, Self.bits(value) == nil { return nil }
            case nil: return nil
            }
        }
        self.window = window ?? 15
        self.isWindowAsked = window != nil
    }

    /// The field `Sec-WebSocket-Extensions` of the server's answer.
    package var field: String {
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            + (self.isWindowAsked ? "; server_max_window_bits=\(self.window)" : "")
    }

    private enum Parameter: String, CaseIterable {
        case serverNoContextTakeover = "server_no_context_takeover"
        case clientNoContextTakeover = "client_no_context_takeover"
        case serverMaxWindowBits = "server_max_window_bits"
        case clientMaxWindowBits = "client_max_window_bits"

        init?(_ name: ArraySlice<UInt8>) {
            guard let parameter = Self.allCases.first(where: { name.elementsEqual($0.rawValue.utf8) }) else {
                return nil
            }
            self = parameter
        }
    }

    /// 8 … 15, in decimal and without zeros before it.
    private static func bits(_ text: ArraySlice<UInt8>) -> Int? {
        (8...15).first { text.elementsEqual(String($0).utf8) }
    }
}
