import ChatCore
import ChatHTTP
import HTTPTypes
import NIOCore

/// Makes every decision on a connection from its accept until it is a WebSocket or ends, without I/O.
///
/// At each moment it knows what the peer may send, how many bytes and how long it has for that, and what it is
/// answered. One request is answered at a time; later bytes wait in the socket.
struct DoorMachine {
    /// The most bytes that are kept from behind a request that is being answered.
    static let maximumWaiting = 64 << 10

    private enum State {
        /// The handshake of TLS has not ended, and may not have begun.
        case securing(since: ContinuousClock.Instant)
        /// Nothing of a request has come.
        case idle(since: ContinuousClock.Instant)
        case head(since: ContinuousClock.Instant)
        case body(Errand, BodyReader, since: ContinuousClock.Instant)
        /// A request is being answered; `isLast`: nothing follows.
        case answering(since: ContinuousClock.Instant, isLast: Bool)
        /// The last answer is on its way; later input is ignored.
        case lingering(since: ContinuousClock.Instant)
        /// It is a WebSocket, or closed.
        case left
    }

    /// A request whose body is still coming, and the decision on it.
    private struct Errand {
        let head: RequestHead
        let address: NetworkAddress?
        let decision: DoorPolicy.Decision
    }

    /// The rules for requests; a reload changes them.
    var policy: DoorPolicy
    /// The other end of the connection, or the one for which a proxy has made it.
    private var peer: NetworkAddress?
    /// Whether the peer speaks for itself: then nothing that it passes on says whose a request is.
    private var speaksForItself = false
    /// The reason why it cannot stay, if so.
    private var refusal: Disconnect?
    private var state: State
    private var reader = RequestHeadReader()
    private var input = ByteBuffer()
    private var isFirst = true
    /// Whether the input has ended.
    private(set) var hasEnded = false
    /// Whether the request that is being answered asked for a WebSocket, and is refused.
    private var hasRefusedHandshake = false
    private var drainDeadline: ContinuousClock.Instant?
    /// The number of bytes that waited for the peer at the last check.
    private var waiting = 0

    /// Makes the machine of a connection that was just accepted.
    ///
    /// - Parameters:
    ///   - policy: The rules for requests.
    ///   - peer: The other end of the connection; nil for one without an address.
    ///   - refusal: The reason why it cannot stay; nil when it has its place.
    ///   - awaitsTLS: Whether the connection has to be encrypted first.
    ///   - now: The time.
    init(
        policy: DoorPolicy,
        peer: NetworkAddress?,
        refusal: Disconnect?,
        awaitsTLS: Bool = false,
        now: ContinuousClock.Instant
    ) {
        self.policy = policy
        self.peer = peer
        self.refusal = refusal
        self.state = awaitsTLS ? .securing(since: now) : .idle(since: now)
    }

    /// The bytes that it keeps for requests: a few that wait keep the buffer that they came in.
    var heldBytes: Int {
        let input = (self.input.readableBytes > 0 ? self.input.storageCapacity : 0) + self.reader.heldBytes
        guard case .body(let errand, let body, _) = self.state else { return input }
        return input + errand.head.heldBytes + body.taken
    }

    /// Whether bytes are wanted now.
    var isReading: Bool {
        if case .answering = self.state { return false }
        return true
    }
}

// MARK: - What comes

extension DoorMachine {
    /// The shell's next step after input.
    enum OnBytes {
        /// Nothing until more input comes.
        case wait
        /// Send 100, then ask again: the client waits for it before it sends the body.
        case sendContinue
        /// Send 101 with these fields, and hand the connection and the bytes behind the head over.
        case open(Opening, rest: ByteBuffer)
        /// Let the router answer, then call ``DoorMachine/answered(now:)``.
        case serve(RequestHead, body: ByteBuffer, from: NetworkAddress?, isLast: Bool)
        /// Answer by this, then call ``DoorMachine/answered(now:)``.
        case answer(APIError, isHead: Bool, isLast: Bool)
        /// Answer that the server takes these methods, then call ``DoorMachine/answered(now:)``.
        case allow([HTTPRequest.Method], isLast: Bool)
        /// Answer by this, then call ``DoorMachine/answered(now:)``: the connection cannot be used any more.
        case fault(RequestFault)
        /// Close.
        case close
    }

    /// The handshake of TLS has ended, and the connection is encrypted.
    mutating func secured(now: ContinuousClock.Instant) {
        guard case .securing = self.state else { return }
        self.state = .idle(since: now)
    }

    /// The peer does not speak TLS on a connection that must be encrypted.
    mutating func spokePlainly(now: ContinuousClock.Instant) -> OnBytes {
        guard case .securing = self.state else { return .wait }
        self.state = .answering(since: now, isLast: true)
        return .fault(.malformed("this port speaks TLS: the address begins with https:// or wss://"))
    }

    /// A proxy has said for whom it has made the connection, before its first bytes.
    ///
    /// - Parameters:
    ///   - peer: The client.
    ///   - refusal: The reason why it cannot stay; nil when it can.
    mutating func proxied(for peer: NetworkAddress, refusal: Disconnect?) {
        self.peer = peer
        self.refusal = self.refusal ?? refusal
    }

    /// A proxy has said that the connection is its own, or not whose it is: what is in its requests is a client's word.
    mutating func proxiedForItself() { self.speaksForItself = true }

    /// The WebSocket that it has opened cannot stay: its client gets the reason, and some time to close.
    mutating func part(now: ContinuousClock.Instant) { self.state = .lingering(since: now) }

    /// Bytes came.
    mutating func receive(_ bytes: ByteBuffer, now: ContinuousClock.Instant) -> OnBytes {
        switch self.state {
        case .securing, .lingering, .left: return .wait
        case .idle, .head, .body: self.append(bytes)
        case .answering(let since, _):
            self.append(bytes)
            // The system delivers all remaining bytes when the peer ends its input.
            guard self.input.readableBytes > Self.maximumWaiting else { return .wait }
            self.input.clear()
            self.state = .answering(since: since, isLast: true)
        }
        return self.next(now: now)
    }

    /// The step for the input so far; call it again after each answer.
    mutating func next(now: ContinuousClock.Instant) -> OnBytes {
        do throws(RequestFault) {
            let step = try self.advance(now)
            // An idle connection keeps no buffer.
            if self.input.readableBytes == 0 { self.input = ByteBuffer() }
            return step
        } catch {
            self.input = ByteBuffer()
            self.state = .answering(since: now, isLast: true)
            return .fault(error)
        }
    }

    /// Whether the answer that is about to be sent refuses a WebSocket, for those who count; it says so once.
    mutating func takeRefusedHandshake() -> Bool {
        defer { self.hasRefusedHandshake = false }
        return self.hasRefusedHandshake
    }

    /// The peer ended its input.
    mutating func inputEnded() -> OnBytes {
        self.hasEnded = true
        switch self.state {
        case .answering, .left: return .wait
        case .securing, .idle, .head, .body, .lingering:
            self.state = .left
            return .close
        }
    }

    private mutating func append(_ bytes: ByteBuffer) {
        guard self.input.readableBytes > 0 else { return self.input = bytes }
        self.input.discardReadBytes()
        self.input.writeImmutableBuffer(bytes)
    }

    private mutating func advance(_ now: ContinuousClock.Instant) throws(RequestFault) -> OnBytes {
        switch self.state {
        case .securing, .answering, .lingering, .left: return .wait
        case .idle:
            guard self.input.readableBytes > 0 else { return self.hasEnded ? self.closing() : .wait }
            self.state = .head(since: now)
            return try self.advance(now)
        case .head:
            guard let head = try self.reader.read(&self.input) else { return self.hasEnded ? self.closing() : .wait }
            return try self.decide(head, now)
        case .body(let errand, var body, let since):
            // Its bytes have one owner while they grow.
            self.state = .left
            let whole = try body.read(&self.input)
            guard let whole else {
                self.state = .body(errand, body, since: since)
                return self.hasEnded ? self.closing() : .wait
            }
            return self.serve(errand, whole, now)
        }
    }

    private mutating func closing() -> OnBytes {
        self.state = .left
        return .close
    }

    private mutating func decide(_ head: RequestHead, _ now: ContinuousClock.Instant) throws(RequestFault) -> OnBytes {
        let address = self.speaksForItself ? self.peer : try self.policy.proxies.client(of: head, from: self.peer)
        let decision = self.policy.decide(head, from: address)
        if case .open(let opening) = decision { return self.open(opening, now) }
        if case .answer = decision, head.target.place == "ws" { self.hasRefusedHandshake = true }
        // An orchestrator would end a full node if this failed.
        if let refusal, head.target.place != "healthz" {
            return self.answer(.unavailable(refusal.reason), head, isLast: true, now)
        }
        let body = try BodyReader(head.framing, limit: self.policy.maximumBody)
        // A client that waits for `100` gets none when nobody wants its body.
        if head.expectsContinue, case .answer(let error) = decision {
            return self.answer(error, head, isLast: true, now)
        }
        self.state = .body(Errand(head: head, address: address, decision: decision), body, since: now)
        if head.expectsContinue, self.input.readableBytes == 0 { return .sendContinue }
        return try self.advance(now)
    }

    private mutating func open(_ opening: Opening, _ now: ContinuousClock.Instant) -> OnBytes {
        let rest = self.input
        self.input = ByteBuffer()
        guard let refusal else {
            self.state = .left
            return .open(opening, rest: rest)
        }
        self.state = .lingering(since: now)
        return .open(.parting(fields: opening.fields, refusal), rest: ByteBuffer())
    }

    private mutating func serve(_ errand: Errand, _ body: ByteBuffer, _ now: ContinuousClock.Instant) -> OnBytes {
        let isLast = !errand.head.isPersistent || self.refusal != nil || self.drainDeadline != nil
        switch errand.decision {
        case .answer(let error): return self.answer(error, errand.head, isLast: isLast, now)
        case .allow(let methods):
            self.state = .answering(since: now, isLast: isLast)
            return .allow(methods, isLast: isLast)
        case .serve, .open:
            self.state = .answering(since: now, isLast: isLast)
            return .serve(errand.head, body: body, from: errand.address, isLast: isLast)
        }
    }

    private mutating func answer(
        _ error: APIError,
        _ head: RequestHead,
        isLast: Bool,
        _ now: ContinuousClock.Instant
    ) -> OnBytes {
        self.state = .answering(since: now, isLast: isLast)
        return .answer(error, isHead: head.method == .head, isLast: isLast)
    }
}

// MARK: - What goes, and time

extension DoorMachine {
    /// The shell's next step when an answer has been written.
    enum OnAnswered: Equatable {
        /// Ask ``DoorMachine/next(now:)`` for the next request.
        case goOn
        /// End the output, and go on reading but ignore the input: closing at once could destroy the answer for a peer
        /// that is still sending (RFC 9112, section 9.6).
        case linger
        /// Close: the peer has ended its input, and has its answer.
        case close
    }

    /// A whole answer has gone out.
    mutating func answered(now: ContinuousClock.Instant) -> OnAnswered {
        guard case .answering(_, let isLast) = self.state else { return .goOn }
        self.isFirst = false
        guard isLast || self.drainDeadline != nil else {
            self.state = .idle(since: now)
            return .goOn
        }
        self.input = ByteBuffer()
        if self.hasEnded {
            self.state = .left
            return .close
        }
        self.state = .lingering(since: now)
        return .linger
    }

    /// The answer that is on its way says that nothing follows it.
    mutating func endAfterAnswer(now: ContinuousClock.Instant) {
        guard case .answering = self.state else { return }
        self.state = .answering(since: now, isLast: true)
    }

    /// The answer goes on for as long as the connection: later input is not for this machine.
    mutating func leaveForStream() {
        self.state = .left
        self.input = ByteBuffer()
    }

    /// The shell's step after a time check.
    enum OnCheck: Equatable {
        case wait
        /// Close without an answer.
        case close
        /// Answer by this, then call ``DoorMachine/answered(now:)``.
        case fault(RequestFault)
    }

    /// Checks whether the peer takes too long.
    ///
    /// - Parameters:
    ///   - waiting: The number of bytes of answers that its socket has not taken.
    ///   - now: The time.
    /// - Returns: The step to take.
    mutating func check(waiting: Int, now: ContinuousClock.Instant) -> OnCheck {
        if let drainDeadline, now >= drainDeadline { return self.leave() }
        switch self.state {
        case .securing(let since): return now - since >= self.policy.patience.securing ? self.leave() : .wait
        case .idle(let since):
            let patience = self.isFirst ? self.policy.patience.head : self.policy.patience.idle
            return now - since >= patience ? self.leave() : .wait
        case .head(let since):
            let patience = self.policy.patience.head
            guard now - since >= patience else { return .wait }
            return self.tooSlow("a head comes within \(patience.components.seconds) s", now)
        case .body(_, let body, let since):
            let allowed = self.policy.patience.body + .seconds(body.taken / DoorPatience.bodyRate)
            return now - since >= allowed ? self.tooSlow("a body comes with at least 1 KiB a second", now) : .wait
        case .answering(let since, let isLast):
            let elapsed = now - since
            let least = max(1, Int(elapsed.inSeconds) * DoorPatience.answerRate)
            // An answer that grows has just been written.
            let hasMoved = waiting > self.waiting || self.waiting - waiting >= least
            guard waiting > 0, !hasMoved else {
                self.waiting = waiting
                self.state = .answering(since: now, isLast: isLast)
                return .wait
            }
            return elapsed >= self.policy.patience.answer ? self.leave() : .wait
        case .lingering(let since): return now - since >= self.policy.patience.lingering ? self.leave() : .wait
        case .left: return .wait
        }
    }

    /// The node is going away.
    mutating func drain(now: ContinuousClock.Instant) -> OnCheck {
        guard self.drainDeadline == nil else { return .wait }
        self.drainDeadline = now + self.policy.patience.draining
        switch self.state {
        case .securing, .idle: return self.leave()
        case .head, .body, .answering, .lingering, .left: return .wait
        }
    }

    private mutating func leave() -> OnCheck {
        self.state = .left
        return .close
    }

    private mutating func tooSlow(_ reason: String, _ now: ContinuousClock.Instant) -> OnCheck {
        self.input = ByteBuffer()
        self.state = .answering(since: now, isLast: true)
        return .fault(.tooSlow(reason))
    }
}
