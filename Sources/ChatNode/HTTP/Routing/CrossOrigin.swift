import HTTPTypes
import Hummingbird

/// Lets pages of other origins read what the API answers, where the operator has named them.
///
/// It never allows credentials that a browser adds by itself: the API knows no cookies, and `Authorization` is the page's
/// own. The admin API is for no page.
struct CrossOrigin: RouterMiddleware {
    /// The documents that describe the API.
    private static let documents: Set<String> = ["/openapi.yaml", "/chat.v1.schema.json"]
    /// The fields that a page may send beyond those that every page may.
    private static let requestFields = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"
    /// The fields that a page may read beyond those that every page may.
    private static let responseFields = "Allow, ETag, Retry-After, WWW-Authenticate"
    /// The seconds for which a browser need not ask again: short enough for an operator who changes the setting.
    private static let maximumAge = "600"

    let policy: CrossOriginPolicy

    func handle(
        _ request: Request,
        context: ChatRequestContext,
        next: @concurrent (Request, ChatRequestContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        guard self.policy != .sameOrigin, Self.concerns(request.uri.path) else { return response }
        if case .list = self.policy { response.headers.append(HTTPField(name: .vary, value: "Origin")) }
        guard let origin = self.policy.allowed(request.headers[.origin]) else { return response }
        response.headers[.accessControlAllowOrigin] = origin
        response.headers[.accessControlExposeHeaders] = Self.responseFields
        guard request.method == .options, request.headers[.accessControlRequestMethod] != nil else { return response }
        response.headers[.accessControlAllowMethods] = response.headers[.allow]
        response.headers[.accessControlAllowHeaders] = Self.requestFields
        response.headers[.accessControlMaxAge] = Self.maximumAge
        return response
    }

    private static func concerns(_ path: String) -> Bool { path.hasPrefix("/api/") || Self.documents.contains(path) }
}
