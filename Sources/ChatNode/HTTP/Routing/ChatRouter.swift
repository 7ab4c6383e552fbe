import Hummingbird
import Logging

/// Everything that is served over plain HTTP (docs/PROTOCOL.md, section 8).
struct ChatRouter {
    let node: NodeContext
    /// The folder of the page.
    let staticFiles: String
    /// nil where the operator does not want it.
    let status: StatusBoard?
    let signIn: SignIn
    /// The pages of other origins that may read the API.
    var crossOrigin = CrossOriginPolicy.sameOrigin
    /// The API for moderators; nil where there is no key for it.
    var admin: AdminRoutes?

    /// What the node counts, for whoever has the operator's key; nil where there is none.
    var metrics: MetricsRoute?

    /// Puts the routes together.
    func build() -> Router<ChatRequestContext> {
        let router = Router(context: ChatRequestContext.self)
        // It is the outermost: pages read errors, too.
        router.add(middleware: CrossOrigin(policy: self.crossOrigin))
        router.add(middleware: ErrorShape())
        let policy = self.signIn.tokenOrigin.map { SecurityHeaders.policy(connectingTo: $0) }
        router.add(middleware: PageMiddleware(files: PageFiles(folder: self.staticFiles), policy: policy))
        HealthRoutes(node: self.node).add(to: router)
        // What the page needs at first costs nothing, and has no limit.
        PageRoute(signIn: self.signIn).add(to: router.group("api"))
        let api = router.group("api").add(middleware: RequestLimit(costs: self.node.costs))
        RoomRoutes(node: self.node).add(to: api)
        EventRoutes(node: self.node).add(to: api)
        CommandRoute(node: self.node).add(to: api)
        if let status {
            StatusRoute(board: status, access: RequestAccess(node: self.node)).add(to: api)
        }
        if let admin { admin.add(to: router) }
        if let metrics { metrics.add(to: router) }
        return router
    }

    /// The log of the HTTP library.
    static func quiet(_ logger: Logger) -> Logger {
        Logger(label: logger.label) { _ in QuietLogHandler(base: logger.handler) }
    }
}
