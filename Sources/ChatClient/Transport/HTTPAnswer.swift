internal import NIOCore
internal import NIOHTTP1

/// The answer to one request.
struct HTTPAnswer: Sendable {
    var status: Int
    var body: ByteBuffer
}

extension ServerConnector {
    /// Asks the server for something, on a separate connection.
    ///
    /// - Parameters:
    ///   - path: With the query.
    ///   - token: The token for the `Authorization` header; nil: there is none.
    /// - Returns: The answer, with any status.
    /// - Throws: ``ConnectionFailure``.
    func get(_ path: String, token: String?) async throws(ConnectionFailure) -> HTTPAnswer {
        try await self.request(.GET, path, token: token)
    }

    /// Sends the server a request, on a separate connection.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - path: With the query.
    ///   - token: The token for the `Authorization` header; nil: there is none.
    ///   - body: A JSON object; nil: there is none.
    /// - Returns: The answer, with any status.
    /// - Throws: ``ConnectionFailure``.
    func request(
        _ method: HTTPMethod,
        _ path: String,
        token: String?,
        body: ByteBuffer? = nil
    ) async throws(ConnectionFailure) -> HTTPAnswer {
        var headers: HTTPHeaders = [
            "Host": self.server.authority, "User-Agent": "ChatClient", "Accept": "application/json",
            "Connection": "close",
        ]
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: "\(body.readableBytes)")
        }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
        return try await self.connect { channel in
            try self.bootstrap.addTLS(to: channel)
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            let answer = channel.eventLoop.makePromise(of: HTTPAnswer.self)
            try channel.pipeline.syncOperations.addHandler(HTTPExchange(OneRequest(head, body, answer)))
            return answer.futureResult
        }
    }
}

/// One request and its whole answer.
private final class HTTPExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    /// The most bytes of an answer that are read: a page of rooms stays far below.
    private static let maximumBytes = 4 << 20

    private var request: OneRequest<HTTPAnswer>
    private var answer = HTTPAnswer(status: 0, body: ByteBuffer())

    init(_ request: OneRequest<HTTPAnswer>) { self.request = request }

    func channelActive(context: ChannelHandlerContext) {
        self.request.send(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.answer.status = Int(head.status.code)
        case .body(var bytes):
            guard self.answer.body.readableBytes + bytes.readableBytes <= Self.maximumBytes else {
                return self.request.fail(ConnectionFailure("the server's answer is too large"), context)
            }
            self.answer.body.writeBuffer(&bytes)
        case .end:
            self.request.succeed(self.answer)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { self.request.fail(error, context) }
    func handlerRemoved(context: ChannelHandlerContext) { self.request.ended() }
}
