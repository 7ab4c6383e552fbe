import ChatCore
import ChatWebSocket
import NIOCore

/// Finds connections that are dead, and keeps silent ones from being taken for that by whatever is on the way.
final class LivenessChecks {
    private let answers: Answers
    private let endings: Endings
    private let state: LoopState
    private let timers: LoopTimers

    init(_ base: LoopBase, _ answers: Answers, _ endings: Endings) {
        (self.state, self.timers) = (base.state, base.timers)
        (self.answers, self.endings) = (answers, endings)
    }

    /// A client has come: it is checked from now on.
    func begin(_ client: Client) {
        switch client.form {
        case .frames: self.timers.schedule(.liveness(client.id), after: self.state.limits.pingInterval)
        case .serverSentEvents: self.timers.schedule(.liveness(client.id), after: self.commentInterval)
        }
    }

    /// Pings a silent client, and disconnects one that has not answered.
    func check(_ client: Client, _ now: ContinuousClock.Instant) {
        guard client.form != .serverSentEvents else { return self.sayAlive(client) }
        switch client.liveness.check(now: now) {
        case .wait(let time): self.timers.schedule(.liveness(client.id), after: time)
        case .ping(let time):
            self.answers.write(.ping, ByteBuffer(), to: client)
            self.timers.schedule(.liveness(client.id), after: time)
        case .disconnect(let disconnect): self.endings.close(client, disconnect)
        }
    }

    // MARK: Streams

    /// The time between two comments: proxies close what is silent for a minute.
    private var commentInterval: Duration { min(.seconds(15), self.state.limits.pingInterval) }

    /// Writes a comment, so that nobody on the way takes a silent room for a dead connection.
    private func sayAlive(_ client: Client) {
        switch client.audience {
        case .listener(.awaited): break
        case .listener(.begun), .member: self.answers.write(ServerSentEvents.comment, to: client)
        }
        self.timers.schedule(.liveness(client.id), after: self.commentInterval)
    }
}
