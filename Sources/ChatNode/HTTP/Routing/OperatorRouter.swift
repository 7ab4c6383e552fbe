import Hummingbird

/// Everything that the operator's listener serves (`--admin-listen`): what can be read without a key, and nothing by which
/// anything could be changed.
struct OperatorRouter {
    let node: NodeContext
    let metrics: MetricsBoard

    /// Puts the routes together.
    func build() -> Router<ChatRequestContext> {
        let router = Router(context: ChatRequestContext.self)
        router.add(middleware: ErrorShape())
        HealthRoutes(node: self.node).add(to: router)
        MetricsRoute(board: self.metrics, gate: nil).add(to: router)
        return router
    }
}
