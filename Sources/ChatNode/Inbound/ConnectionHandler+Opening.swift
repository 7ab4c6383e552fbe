import ChatCore
import ChatHTTP
import ChatWebSocket
import Hummingbird
import NIOCore

// What a connection becomes when its request asks for more than an answer: a WebSocket, or a stream of events. From then on
// it belongs to a client of the shard.
extension ConnectionHandler {
    // MARK: Streams

    /// The answer to a request is a stream, and the connection is a client of its shard from here on.
    func stream(_ order: StreamOrder, _ head: ByteBuffer, from address: NetworkAddress?, _ door: Door) {
        let channel = door.context.channel
        self.hold(0, door)
        switch self.place?.claim(for: address?.block, now: .now) ?? .stays {
        case .stays: break
        case .turnedAway(let refusal):
            let error = APIError.unavailable(refusal.reason)
            door.machine.endAfterAnswer(now: .now)
            return self.answer(error.response.head, error.body, isHead: false, isLast: true, door)
        case .closed: return door.context.close(promise: nil)
        }
        self.place?.settle()
        door.machine.leaveForStream()
        // The end of the peer is heard only while it is read.
        self.setReading(true, door)
        self.pending.left(self)
        self.pending.admission.webSocketOpened()
        let client = self.pending.shard.assumeIsolated { $0.streams(channel, from: address, head, order) }
        self.stage = .stream(client)
        if door.machine.hasEnded { self.inputEnded(door.context) }
    }

    // MARK: WebSockets

    private var limits: Limits { self.pending.shard.assumeIsolated { $0.limits } }

    /// A proxy's connection is its client's from here on.
    ///
    /// - Returns: What it becomes; nil when it must be closed at once.
    private func claimPlace(for opening: DoorMachine.Opening, _ door: Door) -> DoorMachine.Opening? {
        guard case .chat(let fields, _, _, let address, _) = opening else { return opening }
        switch self.place?.claim(for: address?.block, now: .now) ?? .stays {
        case .stays: return opening
        case .turnedAway(let refusal):
            door.machine.part(now: .now)
            return .parting(fields: fields, refusal)
        case .closed: return nil
        }
    }

    func open(_ opening: DoorMachine.Opening, _ rest: ByteBuffer, _ door: Door) {
        let context = door.context
        // From here on the bytes behind the request are counted where they go.
        self.hold(0, door)
        guard let opening = self.claimPlace(for: opening, door) else { return context.close(promise: nil) }
        self.place?.settle()
        var answer = ResponseEncoder.switching(opening.fields)
        // The request may have waited behind one that was being answered, while nothing was read.
        self.setReading(true, door)
        switch opening {
        case .chat(_, let query, let bearer, let address, let deflate):
            let channel = context.channel
            let newcomer = Newcomer(
                address: address,
                answer: answer,
                shorthand: ShorthandURL(query: query, maximumRooms: self.limits.rooms),
                bearer: bearer,
                deflate: deflate
            )
            self.pending.left(self)
            self.pending.metrics?.count(DoorMetrics.WebSocketHandshake.opened)
            self.pending.admission.webSocketOpened()
            let client = self.pending.shard.assumeIsolated {
                $0.connected(channel, newcomer)
            }
            self.stage = .webSocket(client)
            if rest.readableBytes > 0 { self.pending.shard.assumeIsolated { $0.received(rest, from: client) } }
            // So may the end of the peer's input, which is reported only once.
            if door.machine.hasEnded { self.inputEnded(context) }
        case .echo(_, let deflate):
            self.stage = .passage(door)
            context.writeAndFlush(self.wrapOutboundOut(answer), promise: nil)
            let handler = EchoHandler(maximumMessageBytes: self.limits.messageBytes, deflate)
            guard (try? context.pipeline.syncOperations.addHandler(handler)) != nil else {
                return context.close(promise: nil)
            }
            if rest.readableBytes > 0 { context.fireChannelRead(self.wrapInboundOut(rest)) }
            if door.machine.hasEnded { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
        case .parting(_, let reason):
            self.pending.metrics?.count(DoorMetrics.WebSocketHandshake.turnedAway)
            // A browser cannot read the answer to a refused upgrade, but it can read this.
            let event = Event.closing(reason, reconnectMilliseconds: .random(in: 1000...5000))
            FrameEncoder.write(.text, event.encoded(), to: &answer)
            FrameEncoder.writeClose(CloseFrame(code: reason.code, reason: reason.reason), to: &answer)
            context.writeAndFlush(self.wrapOutboundOut(answer), promise: nil)
            context.close(mode: .output, promise: nil)
        }
    }
}
