import ChatCore
import HTTPTypes
import NIOHTTP1

/// Whether a request to `/ws` becomes a WebSocket; asked by the gate before the upgrade, and by the router for the reason
/// when it does not.
struct WebSocketAdmission: Sendable {
    /// The subprotocol that is spoken.
    static let subprotocol = "chat.v1"

    let origins: OriginPolicy

    /// Why a request is refused.
    struct Refusal: Equatable {
        var status: HTTPResponse.Status
        var error: ProtocolError
    }

    /// Looks at a request.
    ///
    /// - Parameter header: Gives the value of a header; several of one name joined by commas.
    /// - Returns: nil when it is admitted.
    func check(_ header: (String) -> String?) -> Refusal? {
        guard self.origins.allows(origin: header("origin"), host: header("host")) else {
            let error = ProtocolError(.forbidden, "pages of this origin may not connect here")
            return Refusal(status: .forbidden, error: error)
        }
        if let offered = header("sec-websocket-protocol"), !Self.protocols(offered).contains(Self.subprotocol) {
            let error = ProtocolError(.badCommand, "the subprotocol spoken here is \(Self.subprotocol)")
            return Refusal(status: .badRequest, error: error)
        }
        return nil
    }

    /// The headers of the answer to an admitted request.
    func responseHeaders(_ head: HTTPRequestHead) -> HTTPHeaders {
        head.headers.contains(name: "sec-websocket-protocol") ? ["Sec-WebSocket-Protocol": Self.subprotocol] : [:]
    }

    private static func protocols(_ header: String) -> [String] {
        header.split(separator: ",").map { String($0).trimmingWhitespace }
    }
}

extension HTTPRequestHead {
    /// The path of the request, without its query.
    var path: Substring { self.uri.prefix { $0 != "?" } }

    /// The query of the request, percent-encoded.
    var query: String? {
        self.uri.firstIndex(of: "?").map { String(self.uri[self.uri.index(after: $0)...]) }
    }

    /// The value of a header; several of one name joined by commas.
    func header(_ name: String) -> String? {
        let values = self.headers[name]
        return values.isEmpty ? nil : values.joined(separator: ",")
    }
}
