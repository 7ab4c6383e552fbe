internal import ChatClient
internal import ChatCore
internal import ChatWebSocket
internal import NIOCore

/// One connection of the generator, without its socket: bytes go in and out, and the counts go into the meter.
struct LoadClient: Sendable {
    /// The stage of the connection.
    enum Stage: Equatable, Sendable {
        case connecting, handshake
        /// `hello` was sent.
        case greeting
        /// It has its `welcome`.
        case welcome
        /// `join` was sent.
        case joining
        case joined
        case ended
    }

    var stage = Stage.connecting
    let room: Int
    let sender: Int?
    let name: String
    let roomName: RoomName
    private let request: ByteBuffer
    let scanner: MessageScanner
    var handshake: BenchHandshake? = BenchHandshake()
    /// Bytes of an incomplete frame.
    var rest = ByteBuffer()
    private var template: SendTemplate?
    var pending = PendingSends(firstID: Self.firstSend)
    var check = DeliveryCheck()
    private var masks: SplitMix64
    private let window: Int
    /// Sends whose message has not come back.
    var underWay = 0
    /// The time until which the server wants no more messages.
    var pausedUntil = 0

    static let hello = 1
    static let join = 2
    static let firstSend = 3
    /// The wait of a sender after a refusal without a time, in nanoseconds.
    static let restNanoseconds = 100_000_000

    init(_ index: Int, _ plan: BenchPlan) {
        self.room = plan.room(of: index)
        self.sender = plan.sender(index)
        self.name = "bench-\(index)"
        self.roomName = plan.rooms[self.room]
        self.request = BenchHandshake.request(to: plan.servers[plan.server(of: index)])
        self.scanner = MessageScanner(room: self.roomName)
        self.template = self.sender.map { SendTemplate(plan, sender: $0, room: plan.rooms[plan.room(of: index)]) }
        self.masks = SplitMix64(seed: UInt64(index))
        if case .window(let window) = plan.pace { self.window = window } else { self.window = 0 }
    }

    /// Whether every send has its answer.
    var isAnswered: Bool { self.pending.count == 0 }

    /// The number of messages up to a number that have not come.
    func missing(upTo head: Int) -> Int { self.stage == .joined ? self.check.missing(upTo: head) : 0 }

    // MARK: Requests to the connection

    /// The TCP connection is there.
    mutating func connected(_ out: inout ByteBuffer) {
        self.stage = .handshake
        out.writeImmutableBuffer(self.request)
    }

    /// Everybody has a welcome: go to the room.
    mutating func enter(_ out: inout ByteBuffer) {
        guard self.stage == .welcome else { return }
        self.stage = .joining
        self.write(#"{"type":"join","id":\#(Self.join),"room":"\#(self.roomName.rawValue)"}"#, to: &out)
    }

    /// Sends a message.
    mutating func send(due: Int, now: Int, _ meter: inout LoadMeter, _ out: inout ByteBuffer) {
        guard self.stage == .joined else { return }
        guard let id = self.pending.nextID else {
            if meter.interval.contains(due) { meter.withheld += 1 }
            return
        }
        self.pending.append(due: due)
        self.underWay += 1
        meter.sent(due: due, now: now)
        let mask = self.mask()
        self.template?.write(id: id, due: due, mask: mask, to: &out)
    }

    /// Fills the window with sends, in a closed loop.
    ///
    /// - Returns: The time of the next try, if the server asked the client to wait.
    mutating func refill(now: Int, _ meter: inout LoadMeter, _ out: inout ByteBuffer) -> Int? {
        guard self.template != nil, self.underWay < self.window, self.stage == .joined else { return nil }
        guard now >= self.pausedUntil else { return self.pausedUntil }
        while self.underWay < self.window, self.pending.nextID != nil {
            self.send(due: now, now: now, &meter, &out)
        }
        return nil
    }

    /// Closes the connection with a close frame.
    mutating func leave(_ out: inout ByteBuffer) {
        guard self.stage != .ended else { return }
        let isOpen = self.handshake == nil
        self.stage = .ended
        if isOpen { FrameEncoder.writeClose(CloseFrame(code: 1000, reason: ""), mask: self.mask(), to: &out) }
    }

    mutating func end(_ end: LoadEnd) -> LoadEnd {
        self.stage = .ended
        return end
    }

    mutating func mask() -> UInt32 { UInt32(truncatingIfNeeded: self.masks.next()) }

    mutating func write(_ text: String, to out: inout ByteBuffer) {
        FrameEncoder.write(.text, ByteBuffer(string: text), mask: self.mask(), to: &out)
    }
}
