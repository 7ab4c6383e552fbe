import ChatCore
import ChatWebSocket
import NIOCore

/// The way in: a client's bytes become messages, and these become commands.
final class ClientBytes {
    private let commands: Commands
    private let answers: Answers
    private let endings: Endings
    private let held: HeldBytes
    private let deflate: LoopDeflate
    private let metrics: ShardMetrics
    private let state: LoopState

    init(_ base: LoopBase, _ commands: Commands, _ answers: Answers, _ endings: Endings, _ held: HeldBytes) {
        (self.deflate, self.metrics, self.state) = (base.deflate, base.metrics, base.state)
        (self.commands, self.answers, self.endings, self.held) = (commands, answers, endings, held)
    }

    /// Bytes came from a client.
    func received(_ bytes: ByteBuffer, from client: Client) {
        let now = ContinuousClock.now
        client.liveness.received(now: now)
        client.decoder.append(bytes)
        let inflater = client.form.window == nil ? nil : self.deflate.inflater
        do {
            while !client.isClosed, let message = try client.decoder.next(inflater: inflater) {
                self.handle(message, from: client, now)
            }
            // Pings, pongs and fragments are normal, but a flood of them is not.
            let flood = client.session.receiveIdleFrames(client.decoder.takeIdleFrames(), now: now)
            if let flood { self.endings.close(client, flood) }
            if client.decoder.heldBytes > 0 || client.session.heldBytes > 0 || client.heldBytes > 0 {
                self.held.account(for: client)
            }
        } catch {
            self.endings.close(client, Disconnect(code: error.closeCode, reason: error.reason))
        }
    }

    /// A whole message or a control frame came.
    private func handle(_ message: WebSocketMessage, from client: Client, _ now: ContinuousClock.Instant) {
        switch message {
        case .text(let text):
            self.metrics.didReceive()
            self.commands.perform(client.session.receive(text, limits: self.state.limits, now: now), for: client)
        case .binary: self.endings.close(client, .binaryMessage)
        case .ping(let payload): self.answers.write(.pong, payload, to: client)
        case .pong: break
        case .close(let frame): self.endings.receivedClose(frame, from: client)
        }
    }
}
