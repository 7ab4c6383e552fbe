import ChatCore
import ChatHTTP
import ChatWebSocket
import HTTPTypes
import Hummingbird
import NIOCore
import NIOSSL
import NIOTLS

/// The owner of a connection from its accept to its end.
///
/// After a proxy's header and TLS (``ConnectionIntake``) no other handler sees its bytes, except that of `/echo`.
///
/// First it is in the door: ``DoorMachine`` decides what to do with its input. A WebSocket's bytes go to the shard,
/// which writes to the socket itself; the router handles any other request, in a task that ends with the answer. The
/// shard's executor is the connection's event loop, so every call enters the actor at once, without a hop.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The user event of a peer that does not speak TLS where it has to.
    struct SpeaksPlainly {}

    let pending: PendingConnections
    /// The connection's place in the node's limits; given back when it ends, however it ends.
    var place: Admission.Place?
    /// The peer's address; nil for one without.
    private let address: NetworkAddress?
    var stage: Stage

    /// Makes the handler of one connection.
    ///
    /// - Parameters:
    ///   - pending: The connections of its loop that are no WebSockets yet; it is one of them.
    ///   - place: The place that it gives back when it ends.
    ///   - address: The peer's address.
    ///   - refusal: The reason why it cannot stay; nil when it can.
    init(
        pending: PendingConnections,
        place: Admission.Place,
        address: NetworkAddress?,
        refusal: Disconnect?
    ) {
        self.pending = pending
        self.place = place
        self.address = address
        self.stage = .accepted(refusal: refusal)
    }

    /// It may not even have been added to a pipeline.
    deinit { self.place?.leave() }

    // MARK: Events

    func handlerAdded(context: ChannelHandlerContext) {
        guard case .accepted(let refusal) = self.stage else { return }
        let machine = DoorMachine(
            policy: self.pending.policy,
            peer: self.address,
            refusal: refusal,
            awaitsTLS: self.pending.tls != nil,
            now: .now
        )
        self.stage = .door(Door(context, machine, awaitsTLS: self.pending.tls != nil))
        self.pending.entered(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.stage {
        case .door(let door):
            self.obey(door.machine.receive(self.unwrapInboundIn(data), now: .now), door)
            self.account(for: door)
        case .webSocket(let client):
            let bytes = self.unwrapInboundIn(data)
            self.pending.shard.assumeIsolated { $0.received(bytes, from: client) }
        case .passage: context.fireChannelRead(data)
        case .accepted, .stream, .ended: break
        }
    }

    /// The channel may have ended before it began; then this is the only sign of it.
    func handlerRemoved(context: ChannelHandlerContext) {
        self.ended()
        self.leave()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.ended()
        self.leave()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An input that has ended without the words of TLS for it has ended all the same, and the end itself is reported
        // next; a request says how long it is (RFC 9112, section 9.8).
        if case NIOSSLError.uncleanShutdown = error { return }
        self.ended()
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let proxied as ProxiedConnection: self.proxied(for: proxied.address)
        case ChannelEvent.inputClosed: self.inputEnded(context)
        case TLSUserEvent.handshakeCompleted:
            self.pending.metrics?.count(DoorMetrics.TLSHandshake.completed)
            guard case .door(let door) = self.stage else { break }
            door.awaitsTLS = false
            door.machine.secured(now: .now)
        case is SpeaksPlainly:
            if case .door(let door) = self.stage { self.obey(door.machine.spokePlainly(now: .now), door) }
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// The proxy has said whose connection it is; nil: its own.
    private func proxied(for address: NetworkAddress?) {
        guard case .door(let door) = self.stage else { return }
        guard let address else { return door.machine.proxiedForItself() }
        // Another proxy behind this one says whose it is by a field.
        let isProxy = self.pending.policy.proxies.contains(address)
        let claim = isProxy ? nil : self.place?.claim(for: address.block, now: .now)
        switch claim ?? .stays {
        case .stays: door.machine.proxied(for: address, refusal: nil)
        case .turnedAway(let reason): door.machine.proxied(for: address, refusal: reason)
        case .closed: door.context.close(promise: nil)
        }
    }

    func inputEnded(_ context: ChannelHandlerContext) {
        switch self.stage {
        case .door(let door): self.obey(door.machine.inputEnded(), door)
        case .webSocket, .stream:
            // Half-closed connections are for answers that end; a client that is gone is gone.
            self.ended()
            context.close(promise: nil)
        case .accepted, .passage, .ended: break
        }
    }

    /// Its descriptor is free again, which with TLS is seconds after the end of its input.
    private func leave() { self.place.take()?.leave() }

    private func ended() {
        let stage = self.stage
        self.stage = .ended
        switch stage {
        case .door(let door):
            self.hold(0, door)
            if door.awaitsTLS { self.pending.metrics?.count(DoorMetrics.TLSHandshake.failed) }
            self.pending.left(self)
        case .passage: self.pending.left(self)
        case .webSocket(let client), .stream(let client):
            self.pending.admission.webSocketClosed()
            self.pending.shard.assumeIsolated { $0.disconnected(client) }
        case .accepted, .ended: break
        }
    }

    // MARK: Time

    /// A second has passed.
    func check(_ now: ContinuousClock.Instant) {
        guard case .door(let door) = self.stage else { return }
        let waiting = try? door.context.channel.syncOptions?.getOption(.bufferedWritableBytes)
        self.obey(door.machine.check(waiting: waiting ?? 0, now: now), door)
    }

    /// The bytes that the node holds for it.
    var heldBytes: Int {
        guard case .door(let door) = self.stage else { return 0 }
        return door.heldBytes
    }

    /// The node holds too much: it lets go of this connection, and of its answer.
    func shed() {
        guard case .door(let door) = self.stage else { return }
        self.pending.shard.node.costs.refusals.count(.bufferedBytes)
        self.hold(0, door)
        door.context.close(promise: nil)
    }

    /// The node is going away.
    func drain() {
        switch self.stage {
        case .door(let door): self.obey(door.machine.drain(now: .now), door)
        case .passage(let door): door.context.close(promise: nil)
        case .accepted, .webSocket, .stream, .ended: break
        }
    }

    private func obey(_ action: DoorMachine.OnCheck, _ door: Door) {
        switch action {
        case .wait: break
        case .close: door.context.close(promise: nil)
        case .fault(let fault): self.obey(DoorMachine.OnBytes.fault(fault), door)
        }
    }

    /// Other settings hold from now on.
    func reload() {
        guard case .door(let door) = self.stage else { return }
        door.machine.policy = self.pending.policy
    }

    // MARK: Requests

    private func obey(_ action: DoorMachine.OnBytes, _ door: Door) {
        switch action {
        case .wait: break
        case .sendContinue:
            let answer = self.wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))
            door.context.writeAndFlush(answer, promise: nil)
            // The machine sends a `100` once for each body, so this loop ends.
            self.obey(door.machine.next(now: .now), door)
        case .open(let opening, let rest): self.open(opening, rest, door)
        case .serve(let head, let body, let address, let isLast): self.serve(head, body, from: address, isLast: isLast)
        case .answer(let error, let isHead, let isLast):
            if door.machine.takeRefusedHandshake() {
                self.pending.metrics?.count(DoorMetrics.WebSocketHandshake.refused)
            }
            self.answer(error.response.head, error.body, isHead: isHead, isLast: isLast, door)
        case .allow(let methods, let isLast):
            let allowed = methods.map(\.rawValue).joined(separator: ", ")
            let head = HTTPResponse(status: .noContent, headerFields: [.allow: allowed])
            self.answer(head, ByteBuffer(), isHead: false, isLast: isLast, door)
        case .fault(let fault):
            let error = APIError(fault)
            self.answer(error.response.head, error.body, isHead: false, isLast: true, door)
        case .close: door.context.close(promise: nil)
        }
        self.updateReading(door)
    }

    /// Reads no more than it can answer: later bytes wait in the socket, and at their sender.
    private func updateReading(_ door: Door) {
        // A WebSocket's shard may have stopped it since.
        guard case .door = self.stage else { return }
        self.setReading(door.machine.isReading, door)
    }

    func setReading(_ isReading: Bool, _ door: Door) {
        guard isReading != door.isReading else { return }
        door.isReading = isReading
        try? door.context.channel.syncOptions?.setOption(.autoRead, value: isReading)
    }

    private func serve(_ head: RequestHead, _ body: ByteBuffer, from address: NetworkAddress?, isLast: Bool) {
        guard case .door(let door) = self.stage else { return }
        let channel = door.context.channel
        let site = self.pending.site
        let handler = NIOLoopBound(self, eventLoop: channel.eventLoop)
        self.pending.shard.assumeIsolated { shard in
            shard.spawn {
                let answer = await site.respond(to: head, body: body, channel: channel, from: address)
                // This runs in a later turn of the loop. The peer may have gone meanwhile.
                guard case .door(let door) = handler.value.stage else { return }
                let isHead = head.method == .head
                switch answer {
                case .whole(let response, let body):
                    // The files of the page are in memory in any case.
                    if head.target.place.utf8.starts(with: "api/".utf8) { door.answerBytes = body.readableBytes }
                    handler.value.account(for: door)
                    handler.value.answer(response, body, isHead: isHead, isLast: isLast || !head.isCurrent, door)
                case .stream(let response, let order):
                    let bytes = ResponseEncoder.streaming(response, date: handler.value.pending.date)
                    guard !isHead else {
                        door.machine.endAfterAnswer(now: .now)
                        handler.value.pending.metrics?.responses.count(status: response.status.code)
                        return handler.value.write([bytes], door)
                    }
                    handler.value.stream(order, bytes, from: address, door)
                }
            }
        }
    }

    func answer(_ head: HTTPResponse, _ body: ByteBuffer, isHead: Bool, isLast: Bool, _ door: Door) {
        self.pending.metrics?.responses.count(status: head.status.code)
        self.write(ResponseEncoder.encode(head, body, isHead: isHead, isLast: isLast, date: self.pending.date), door)
    }

    /// Writes a whole answer, and goes on when the socket has taken it.
    private func write(_ bytes: [ByteBuffer], _ door: Door) {
        let context = door.context
        for part in bytes.dropLast() { context.write(self.wrapOutboundOut(part), promise: nil) }
        let promise = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(self.wrapOutboundOut(bytes.last ?? ByteBuffer()), promise: promise)
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        promise.futureResult.whenSuccess {
            // Not at once: many requests in one packet would make the stack deep.
            handler.eventLoop.execute { handler.value.answered() }
        }
    }

    /// Counts the bytes of an answer, until the socket has taken them, and those of a request that has not ended.
    private func account(for door: Door) {
        // It may have become something else, which counts for itself.
        guard case .door = self.stage else { return self.hold(0, door) }
        self.hold(door.answerBytes + door.machine.heldBytes, door)
    }

    func hold(_ bytes: Int, _ door: Door) {
        self.pending.shard.node.costs.buffers.add(bytes - door.heldBytes)
        door.heldBytes = bytes
    }

    private func answered() {
        guard case .door(let door) = self.stage else { return }
        door.answerBytes = 0
        self.account(for: door)
        self.place?.settle()
        switch door.machine.answered(now: .now) {
        case .goOn: self.obey(door.machine.next(now: .now), door)
        case .linger:
            self.updateReading(door)
            door.context.close(mode: .output, promise: nil)
        case .close: door.context.close(promise: nil)
        }
    }
}
