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
    /// The folder of the page.
    let staticFiles: String
    /// nil where the operator does not want it.
    let status: StatusBoard?

    /// Puts the routes together.
    func build() -> Router<ChatRequestContext> {
        let router = Router(context: ChatRequestContext.self)
        router.add(middleware: ErrorShape())
        router.add(middleware: PageMiddleware(files: PageFiles(folder: self.staticFiles)))
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
}

extension RouterMethods<ChatRequestContext> {
    /// What answers one method of an address.
    typealias Answer = @Sendable (Request, ChatRequestContext) async throws -> Response

    /// Serves an address by `GET`, and where there is something to post, by `POST`.
    ///
    /// `HEAD` comes here as `GET`; every other method is told
    /// which ones there are.
    ///
    /// - Parameters:
    ///   - path: The address.
    ///   - get: What answers `GET`.
    ///   - post: What answers `POST`; nil where there is nothing to post.
    func serve(_ path: RouterPath, get: @escaping Answer, post: Answer? = nil) {
        self.on(path, method: .get, use: get)
        if let post { self.on(path, method: .post, use: post) }
        let allowed: [HTTPRequest.Method] = post == nil ? [.get, .head, .options] : [.get, .head, .post, .options]
        self.on(path, method: .options) { _, _ in Response.options(allowed) }
        for method in [HTTPRequest.Method.post, .put, .delete, .patch, .trace] where !allowed.contains(method) {
            self.on(path, method: method) { _, _ -> Response in throw APIError.methodNotAllowed(allowed) }
        }
    }
}

extension Response {
    /// The answer to `OPTIONS` (RFC 9110, section 9.3.7).
    static func options(_ methods: [HTTPRequest.Method]) -> Response {
        Response(status: .noContent, headers: [.allow: methods.map(\.rawValue).joined(separator: ", ")])
    }
}
