import ChatCore
import HTTPTypes
import Hummingbird

/// Limits the requests to the API: of each address, and those under way, since each may wait for the broker.
struct RequestLimit: RouterMiddleware {
    let costs: CostGuard

    func handle(
        _ request: Request,
        context: ChatRequestContext,
        next: @concurrent (Request, ChatRequestContext) async throws -> Response
    ) async throws -> Response {
        if let error = self.costs.beginRequest(context.address?.block, now: .now) { throw APIError(error) }
        defer { self.costs.endRequest() }
        return try await next(request, context)
    }
}
