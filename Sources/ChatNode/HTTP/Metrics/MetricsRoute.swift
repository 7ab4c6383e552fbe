import HTTPTypes
import Hummingbird

/// What the node counts, for Prometheus.
struct MetricsRoute {
    let board: MetricsBoard
    /// Lets in who has the operator's key; nil where nobody but the operator can ask.
    let gate: AdminGate?

    func add(to router: Router<ChatRequestContext>) {
        router.serve("metrics", answers: .any, get: { request, context in try await self.metrics(request, context) })
    }

    private func metrics(_ request: Request, _ context: ChatRequestContext) async throws -> Response {
        do throws(APIError) {
            try self.gate?.check(request, from: context.address)
        } catch {
            // For everybody else there is nothing here; who guesses keys is told to wait, as by the admin API.
            guard error.status == .unauthorized else { throw error }
            throw HTTPError(.notFound)
        }
        return Response(
            status: .ok,
            headers: [.contentType: PrometheusText.mediaType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: await self.board.text())
        )
    }
}
