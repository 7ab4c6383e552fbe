import ChatCore
import ChatHTTP
import HTTPTypes

/// Decides whether a request to the WebSocket's address becomes a WebSocket.
struct UpgradeCheck: Sendable {
    /// The subprotocol of the server.
    static let subprotocol = "chat.v1"

    let origins: OriginPolicy
    /// Whether the server's own connections are encrypted.
    let isSecure: Bool
    /// Whether it agrees to permessage-deflate.
    let deflates: Bool

    /// The decision on a request.
    enum Verdict {
        /// It is answered by 101 with these fields beyond `Upgrade` and `Connection`.
        case open([(name: String, value: String)], DeflateTerms?)
        /// It is answered like any other request.
        case refuse(APIError)
    }

    /// Decides on a request.
    func check(_ head: RequestHead) -> Verdict {
        guard head.method == .get || head.method == .head else {
            return .refuse(.methodNotAllowed([.get, .head, .options]))
        }
        let accept: String
        switch WebSocketHandshake.read(head) {
        case .accept(let value): accept = value
        case .notAsked, .otherVersion: return .refuse(Self.upgradeRequired)
        case .malformed(let reason): return .refuse(APIError(.badRequest, ProtocolError(.badCommand, reason)))
        }
        guard self.allowsOrigin(of: head) else {
            return .refuse(APIError(.forbidden, ProtocolError(.forbidden, "pages of this origin may not connect here")))
        }
        let fields = [("Sec-WebSocket-Accept", accept)]
        guard head.hasField("sec-websocket-protocol") else { return self.open(head, fields) }
        guard head.lists("chat.v1", in: "sec-websocket-protocol") else {
            let error = ProtocolError(.badCommand, "the subprotocol spoken here is \(Self.subprotocol)")
            return .refuse(APIError(.badRequest, error))
        }
        return self.open(head, fields + [("Sec-WebSocket-Protocol", Self.subprotocol)])
    }

    /// Opens a WebSocket whose handshake is valid but for its extensions.
    func open(_ head: RequestHead, _ fields: [(name: String, value: String)]) -> Verdict {
        guard self.deflates else { return .open(fields, nil) }
        switch DeflateTerms.answer(to: head) {
        case .agree(let terms): return .open(fields + [("Sec-WebSocket-Extensions", terms.field)], terms)
        case .decline: return .open(fields, nil)
        case .malformed:
            let reason = "Sec-WebSocket-Extensions is a list of extensions with parameters (RFC 6455, section 9.1)"
            return .refuse(APIError(.badRequest, ProtocolError(.badCommand, reason)))
        }
    }

    /// An origin is ASCII (RFC 6454, section 6.2); anything else need not be compared.
    private func allowsOrigin(of head: RequestHead) -> Bool {
        guard head.hasField("origin") else { return true }
        guard let origin = head.value(of: "origin"), origin.utf8.allSatisfy({ $0 < 0x80 }) else {
            return self.origins == .any
        }
        return self.origins.allows(origin: origin, host: head.authority, isSecure: self.isSecure)
    }

    private static var upgradeRequired: APIError {
        var error = APIError(.upgradeRequired, ProtocolError(.badCommand, "this address speaks WebSocket, version 13"))
        error.headers[.upgrade] = "websocket"
        error.headers[.secWebSocketVersion] = "13"
        return error
    }
}
