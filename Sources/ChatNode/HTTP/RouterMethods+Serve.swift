import HTTPTypes
import Hummingbird

extension RouterMethods<ChatRequestContext> {
    /// The handler of one method of an address.
    typealias Handler = @Sendable (Request, ChatRequestContext) async throws -> Response

    /// Serves an address by `GET`, and where there is something to post, by `POST`.
    ///
    /// `HEAD` comes here as `GET`; every other method gets the list of allowed ones.
    ///
    /// - Parameters:
    ///   - path: The address.
    ///   - answers: What it answers with.
    ///   - get: The handler of `GET`.
    ///   - post: The handler of `POST`; nil where there is nothing to post.
    func serve(_ path: RouterPath, answers: AnswerType = .json, get: @escaping Handler, post: Handler? = nil) {
        self.serve(path, answers: answers, [.get: get, .post: post].compactMapValues(\.self))
    }

    /// Serves an address by some methods; every other one gets the list of them.
    func serve(_ path: RouterPath, answers: AnswerType = .json, _ handlers: [HTTPRequest.Method: Handler]) {
        let methods = [HTTPRequest.Method.get, .post, .delete].filter { handlers[$0] != nil }
        for method in methods {
            guard let handler = handlers[method] else { continue }
            self.on(path, method: method) { request, context -> Response in
                if answers == .json { try request.requireTakingJSON() }
                return try await handler(request, context)
            }
        }
        let allowed = methods.flatMap { $0 == .get ? [.get, .head] : [$0] } + [.options]
        self.on(path, method: .options) { _, _ in Response.options(allowed) }
        for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch, .trace] where !allowed.contains(method) {
            self.on(path, method: method) { _, _ -> Response in throw APIError.methodNotAllowed(allowed) }
        }
    }
}

/// What an address answers with, where it answers with no error.
enum AnswerType: Equatable {
    /// JSON, and nothing to a client that takes none.
    case json
    /// Whatever the client takes: it may be a balancer that says nothing of value about that.
    case any
}

extension Response {
    /// The answer to `OPTIONS` (RFC 9110, section 9.3.7).
    static func options(_ methods: [HTTPRequest.Method]) -> Response {
        Response(status: .noContent, headers: [.allow: methods.map(\.rawValue).joined(separator: ", ")])
    }
}
