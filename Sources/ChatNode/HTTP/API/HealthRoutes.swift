import ChatCore
import HTTPTypes
import Hummingbird

/// Whether the process lives, and whether it can do its work.
struct HealthRoutes {
    let node: NodeContext
    let broker: Readiness

    init(node: NodeContext) {
        self.node = node
        self.broker = Readiness(control: node.control)
    }

    func add(to router: Router<ChatRequestContext>) {
        router.serve("healthz", answers: .any, get: { _, _ in Self.report("ok", .ok) })
        router.serve("readyz", answers: .any, get: { _, _ in await self.readiness() })
    }

    /// Ready means that a message went through the broker and came back, not that a socket is open.
    private func readiness() async -> Response {
        guard !self.node.admission.isDraining else { return Self.report("draining", .serviceUnavailable) }
        guard let trouble = await self.broker.trouble() else { return Self.report("ok", .ok) }
        return Self.report(trouble.reason, .serviceUnavailable)
    }

    private static func report(_ status: String, _ code: HTTPResponse.Status) -> Response {
        var json = JSONWriter()
        json.field("status", status)
        return .json(json.finish(), status: code)
    }
}
