import ChatCore
import ChatSystem
import ChatWebSocket
import HTTPTypes
import Logging
import NIOCore

/// The end of a connection: its last bytes, and what is given back.
final class Endings {
    private let departures: Departures
    private let admission: Admission
    private let state: LoopState
    private let metrics: ShardMetrics
    private let logger: Logger
    /// The shard's number on its node.
    private let shard: Int

    init(_ base: LoopBase, _ departures: Departures) {
        (self.admission, self.state, self.metrics) = (base.node.admission, base.state, base.metrics)
        (self.logger, self.shard) = (base.node.logger, base.index)
        self.departures = departures
    }

    // MARK: By the server

    /// Disconnects a client.
    ///
    /// - Parameters:
    ///   - client: The client.
    ///   - disconnect: Why.
    ///   - reconnectMilliseconds: The time after which it should come back, if it is told before the close.
    ///   - time: The time that it has to read its last bytes; nil: that of the limits.
    func close(
        _ client: Client,
        _ disconnect: Disconnect,
        reconnectMilliseconds: Int? = nil,
        within time: Duration? = nil
    ) {
        guard !client.isClosed else { return }
        self.metrics.ends.closed(disconnect)
        self.note("the server closed a connection", client, disconnect.code)
        var last = ByteBuffer()
        switch client.form {
        case .frames:
            if let reconnectMilliseconds {
                let event = Event.closing(disconnect, reconnectMilliseconds: reconnectMilliseconds)
                FrameEncoder.write(.text, event.encoded(), to: &last)
            }
            FrameEncoder.writeClose(CloseFrame(code: disconnect.code, reason: disconnect.reason), to: &last)
        case .serverSentEvents: last = self.lastEvents(disconnect, reconnectMilliseconds, for: client)
        }
        self.finish(client, with: last, within: time)
    }

    /// Tells clients when to come back, each at another time, and disconnects them.
    func drain(_ clients: [Client]) {
        let spread = self.admission.beginDraining()
        var generator = SystemRandom()
        for (index, client) in clients.enumerated() where !client.isClosed {
            let wait = spread.milliseconds(for: index, of: clients.count, using: &generator)
            self.close(client, .draining, reconnectMilliseconds: wait)
        }
    }

    /// Sends a connection its last bytes, after which it ends.
    private func finish(_ client: Client, with last: ByteBuffer, within time: Duration? = nil) {
        guard client.markClosed() else { return }
        client.port.finish(with: last, within: TimeAmount(time ?? self.state.limits.closeTimeout))
        self.departures.gone(client)
    }

    // MARK: By the client

    /// The client has closed, or answers our close.
    func receivedClose(_ frame: CloseFrame, from client: Client) {
        guard client.markClosed() else { return client.port.abort() }
        self.metrics.ends.closedByClient()
        self.note("a client closed its connection", client, frame.code)
        var answer = ByteBuffer()
        FrameEncoder.writeClose(frame.code == nil ? CloseFrame(code: nil, reason: "") : frame, to: &answer)
        client.port.finish(with: answer, within: TimeAmount(self.state.limits.closeTimeout))
        self.departures.gone(client)
    }

    /// The connection is gone.
    func channelEnded(_ client: Client) {
        client.port.detach()
        if client.markClosed() {
            self.metrics.ends.wasLost()
            self.note("a connection was lost", client)
        }
        self.departures.gone(client)
    }

    /// Says in the log that a connection has ended, for whoever looks for the reason of many of them.
    ///
    /// Neither texts of its client are in it nor anything that identifies a user.
    private func note(_ message: Logger.Message, _ client: Client, _ code: UInt16? = nil) {
        self.logger.debug(message, metadata: self.logMetadata(of: client, code))
    }

    private func logMetadata(of client: Client, _ code: UInt16?) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["connection": "\(self.shard)-\(client.id.rawValue)"]
        if let code { metadata["code"] = "\(code)" }
        return metadata
    }

    // MARK: Streams

    /// The last events of a stream, or the answer in place of one that has not begun.
    private func lastEvents(_ disconnect: Disconnect, _ milliseconds: Int?, for client: Client) -> ByteBuffer {
        if case .listener(.awaited) = client.audience {
            return self.lastAnswer(APIError(disconnect, retryMilliseconds: milliseconds))
        }
        // Whoever was ended with others should not come back at the same moment; with a fresh token one is welcome at once.
        let isAtOnce = disconnect.isFinal || disconnect.code == Disconnect.tokenExpired.code
        let wait = milliseconds ?? (isAtOnce ? 0 : .random(in: 500...2000))
        var last = ServerSentEvents.event(Event.closing(disconnect, reconnectMilliseconds: wait).encoded())
        if wait > 0 { last.writeImmutableBuffer(ServerSentEvents.retry(milliseconds: wait)) }
        return last
    }

    /// A listener's join was refused: the error is the answer, unless the stream has begun, which has none.
    func refuse(listener client: Client, _ error: ProtocolError) {
        guard case .listener(.awaited) = client.audience else { return }
        self.finish(client, with: self.lastAnswer(APIError(error)))
    }

    /// The error in the place of a stream, which is counted.
    private func lastAnswer(_ error: APIError) -> ByteBuffer {
        self.metrics.responses.count(status: error.status.code)
        return error.lastAnswer(at: WallClock.now())
    }

    /// A listener is taken out of its room: its stream ends with that, or does not begin.
    func takeOut(listener client: Client, _ removal: Removal) {
        guard case .listener(.begun) = client.audience else {
            return self.refuse(listener: client, ProtocolError(removal.code, removal.message))
        }
        self.metrics.didSend()
        self.finish(client, with: ServerSentEvents.event(Event.removed(removal).encoded()))
    }
}
