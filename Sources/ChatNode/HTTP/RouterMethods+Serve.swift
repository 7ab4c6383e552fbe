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
    ///   - get: The handler of `GET`.
    ///   - post: The handler of `POST`; nil where there is nothing to post.
    func serve(_ path: RouterPath, get: @escaping Handler, post: Handler? = nil) {
        self.serve(path, [.get: get, .post: post].compactMapValues(\.self))
    }

    /// Serves an address by some methods; every other one gets the list of them.
    func serve(_ path: RouterPath, _ handlers: [HTTPRequest.Method: Handler]) {
        let methods = [HTTPRequest.Method.get, .post, .delete].filter { handlers[$0] != nil }
        for method in methods { if let handler = handlers[method] { self.on(path, method: method, use: handler) } }
        let allowed = methods.flatMap { $0 == .get ? [.get, .head] : [$0] } + [.options]
        self.on(path, method: .options) { _, _ in Response.options(allowed) }
        for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch, .trace] where !allowed.contains(method) {
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
