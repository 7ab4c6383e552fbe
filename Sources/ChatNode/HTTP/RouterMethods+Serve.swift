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
