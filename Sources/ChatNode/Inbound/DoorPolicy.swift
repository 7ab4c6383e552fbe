import ChatCore
import ChatHTTP
import HTTPTypes

/// Decides on a request by its head alone.
struct DoorPolicy: Sendable {
    let hosts: HostPolicy
    /// What becomes of requests for a WebSocket; nil where there are none.
    let webSockets: UpgradeCheck?
    /// Whether clients need a token.
    var asksForTokens = false
    /// The proxies that say where their clients come from.
    let proxies: TrustedProxies
    /// The most bytes of a body.
    let maximumBody: Int
    /// The times that a peer has.
    var patience = DoorPatience()
    /// Whether tests may open `/echo`.
    let hasEcho: Bool

    /// The decision on a request.
    enum Decision {
        /// The connection becomes something else.
        case open(DoorMachine.Opening)
        /// The router answers.
        case serve
        /// It is refused.
        case answer(APIError)
        /// It asked for the allowed methods.
        case allow([HTTPRequest.Method])
    }

    /// Decides about a request.
    func decide(_ head: RequestHead, from address: NetworkAddress?) -> Decision {
        guard self.hosts.allows(head.authority) else { return .answer(.misdirected) }
        if head.target.path == "*" {
            return head.method == .options
                ? .allow([.get, .head, .post, .options])
                : .answer(APIError(.badRequest, ProtocolError(.badCommand, "* is for OPTIONS alone")))
        }
        switch head.target.place {
        case "ws":
            guard let webSockets = self.webSockets else { return .serve }
            if head.method == .options { return .allow([.get, .head, .options]) }
            switch webSockets.check(head) {
            case .open(let fields, let deflate):
                let bearer = head.value(of: "authorization").flatMap(Bearer.text(in:))
                let query = head.target.query
                let isAllowed = !self.asksForTokens || bearer != nil
                guard isAllowed || ShorthandURL(query: query, maximumRooms: 1) == .none else {
                    return .answer(.tokenMissing)
                }
                let token = self.asksForTokens ? bearer : nil
                return .open(.chat(fields: fields, query: query, bearer: token, from: address, deflate))
            case .refuse(let error): return .answer(error)
            }
        case "echo" where self.hasEcho:
            guard case .accept(let accept) = WebSocketHandshake.read(head) else { return .serve }
            guard let webSockets = self.webSockets else { return .serve }
            switch webSockets.open(head, [("Sec-WebSocket-Accept", accept)]) {
            case .open(let fields, let deflate): return .open(.echo(fields: fields, deflate))
            case .refuse(let error): return .answer(error)
            }
        default: return .serve
        }
    }
}
