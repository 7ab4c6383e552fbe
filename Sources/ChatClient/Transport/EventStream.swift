internal import ChatCore
internal import NIOCore
internal import NIOHTTP1

/// A stream of events that a server has begun.
typealias EventStream = NIOAsyncChannel<StreamPart, Never>

extension ServerConnector {
    /// The parameters that an address has space for; more are sent by `POST`.
    private static let longestQuery = 6000

    /// Asks the server for a stream of events, and returns when it has begun.
    ///
    /// - Parameters:
    ///   - parameters: Its rooms and their places.
    ///   - bearer: The token or the session; nil: there is none.
    /// - Returns: The stream.
    /// - Throws: ``ConnectionFailure``, with the server's status where it has refused it.
    func stream(_ parameters: String, bearer: String?) async throws(ConnectionFailure) -> EventStream {
        var headers: HTTPHeaders = [
            "Host": self.server.authority, "User-Agent": "ChatClient", "Accept": "text/event-stream",
        ]
        if let bearer { headers.add(name: "Authorization", value: "Bearer \(bearer)") }
        let path = self.server.sibling("api/events")
        let isLong = parameters.utf8.count > Self.longestQuery
        if isLong {
            headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
            headers.add(name: "Content-Length", value: "\(parameters.utf8.count)")
        }
        let uri = isLong || parameters.isEmpty ? path : "\(path)?\(parameters)"
        let head = HTTPRequestHead(version: .http1_1, method: isLong ? .POST : .GET, uri: uri, headers: headers)
        let body = isLong ? ByteBuffer(string: parameters) : nil
        return try await self.connect { channel in
            try self.bootstrap.addTLS(to: channel)
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            let opened = channel.eventLoop.makePromise(of: EventStream.self)
            try channel.pipeline.syncOperations.addHandler(EventStreamHandler(OneRequest(head, body, opened)))
            return opened.futureResult
        }
    }
}

/// One request for a stream: its answer becomes parts of the stream, or a failure.
private final class EventStreamHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias InboundOut = StreamPart

    /// The most bytes of a refusal that are read.
    private static let maximumBody = 4096

    private var request: OneRequest<EventStream>
    private var reader = EventStreamReader()
    private var refusal: (status: HTTPResponseStatus, body: ByteBuffer)?

    init(_ request: OneRequest<EventStream>) { self.request = request }

    func channelActive(context: ChannelHandlerContext) {
        self.request.send(context)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head(let head): self.begin(head, context)
        case .body(var bytes):
            guard self.refusal == nil else {
                let space = Self.maximumBody - (self.refusal?.body.readableBytes ?? 0)
                if bytes.readableBytes <= space { self.refusal?.body.writeBuffer(&bytes) }
                return
            }
            self.reader.append(bytes)
            do throws(EventStreamReader.TooLong) {
                while let part = try self.reader.next() { context.fireChannelRead(self.wrapInboundOut(part)) }
            } catch { self.request.fail(ConnectionFailure("the server's answer is too large"), context) }
        case .end: self.end(context)
        }
    }

    private func begin(_ head: HTTPResponseHead, _ context: ChannelHandlerContext) {
        let type = head.headers.first(name: "Content-Type") ?? ""
        guard head.status == .ok, type.lowercased().hasPrefix("text/event-stream") else {
            return self.refusal = (head.status, ByteBuffer())
        }
        do {
            self.request.succeed(try EventStream(wrappingChannelSynchronously: context.channel))
        } catch { self.request.fail(error, context) }
    }

    private func end(_ context: ChannelHandlerContext) {
        guard let refusal else { return context.close(promise: nil) }
        let error = (try? JSONValue(refusal.body)["error"]).flatMap(ProtocolError.init(answer:))
        let reason = error?.message ?? refusal.status.reasonPhrase
        self.request.fail(
            ConnectionFailure(
                ConnectionFailure.refusal + "\(refusal.status.code) \(reason)",
                status: Int(refusal.status.code),
                refusal: error
            ),
            context
        )
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { self.request.fail(error, context) }
    func handlerRemoved(context: ChannelHandlerContext) { self.request.ended() }
}

extension ProtocolError {
    /// The error of an answer over HTTP; nil when it is none.
    init?(answer json: JSONValue?) {
        guard let code = json?["code"]?.shown else { return nil }
        self.init(
            Code(code),
            json?["message"]?.shown ?? "",
            retryMilliseconds: json?["retry_ms"]?.count,
            limit: json?["limit"]?.count,
            until: json?["until"]?.count,
            reason: json?["reason"]?.shown
        )
    }
}
