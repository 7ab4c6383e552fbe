internal import NIOCore
internal import NIOHTTP1

/// A request on a connection of its own, for the handler that reads what the server says to it.
struct OneRequest<Answer: Sendable> {
    /// The longest time for the beginning of a stream, or for a whole answer.
    private static var timeout: TimeAmount { .seconds(10) }

    private let head: HTTPRequestHead
    private let body: ByteBuffer?
    private let promise: EventLoopPromise<Answer>
    private var timer: Scheduled<Void>?

    init(_ head: HTTPRequestHead, _ body: ByteBuffer?, _ promise: EventLoopPromise<Answer>) {
        self.head = head
        self.body = body
        self.promise = promise
    }

    /// Sends it, on the connection that has just been made.
    mutating func send(_ context: ChannelHandlerContext) {
        let promise = self.promise
        self.timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.timeout) {
            promise.fail(ConnectionFailure("the server did not answer in time"))
            context.close(promise: nil)
        }
        context.write(NIOAny(HTTPClientRequestPart.head(self.head)), promise: nil)
        if let body { context.write(NIOAny(HTTPClientRequestPart.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(NIOAny(HTTPClientRequestPart.end(nil)), promise: nil)
    }

    /// Whoever waits gets the answer.
    func succeed(_ answer: Answer) {
        self.timer?.cancel()
        self.promise.succeed(answer)
    }

    /// Whoever waits is told why there is no answer, and the connection is closed.
    func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        self.promise.fail(error)
        context.close(promise: nil)
    }

    /// The end, even of a connection that was never made; it does not change an answer that has come.
    func ended() {
        self.timer?.cancel()
        self.promise.fail(ConnectionFailure("the server closed the connection before its answer"))
    }
}
