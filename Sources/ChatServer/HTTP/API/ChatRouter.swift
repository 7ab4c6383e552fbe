import ChatCore
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The request context: what Hummingbird keeps, and where the request comes from.
struct ChatRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address of the peer, without its port.
    let address: String?

    init(source: Source) {
        self.coreContext = .init(source: source)
        self.address = source.channel.remoteAddress?.ipAddress
    }
}

/// Everything that is served over plain HTTP (docs/PROTOCOL.md, section 8).
struct ChatRouter {
    let node: NodeContext
    let admission: WebSocketAdmission
    /// The folder of the page.
    let staticFiles: String
    /// nil where the operator does not want it.
    let status: StatusBoard?

    /// Puts the routes together.
    func build() -> Router<ChatRequestContext> {
        let router = Router(context: ChatRequestContext.self)
        router.add(middleware: SecurityHeaders())
        router.add(middleware: ErrorShape())
        router.add(middleware: PageMiddleware(files: PageFiles(folder: self.staticFiles)))
        router.get("ws") { request, _ in try self.explainRefusal(request) }
        HealthRoutes(node: self.node).add(to: router)
        let api = router.group("api")
        RoomRoutes(node: self.node).add(to: api)
        if let status { StatusRoute(board: status).add(to: api) }
        return router
    }

    /// The HTTP library tells on level info what the node tells in its own words, or nobody needs.
    static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel == .info { logger.logLevel = .notice }
        return logger
    }

    /// A request to `/ws` that was not upgraded.
    private func explainRefusal(_ request: Request) throws -> Response {
        let refusal = self.admission.check { name in
            switch name {
            case "host": request.head.authority
            default: HTTPField.Name(name).flatMap { request.headers[$0] }
            }
        }
        if let refusal { throw APIError(refusal.status, refusal.error) }
        let error = ProtocolError(.badCommand, "this address speaks WebSocket, version 13")
        var response = APIError(.upgradeRequired, error).response
        response.headers[.upgrade] = "websocket"
        response.headers[.secWebSocketVersion] = "13"
        return response
    }
}
