import ChatCore
import CoreMetrics

/// Counts the commands that are carried out, and the errors that clients are told.
struct CommandMetrics {
    /// The label that has the type of a command.
    private static let type = "type"
    /// The label that has the code of an error.
    private static let code = "code"
    /// The codes of errors (docs/PROTOCOL.md, section 6).
    static let codes: [ProtocolError.Code] = [
        .badJSON, .badCommand, .unknownType, .roomInvalid, .nameInvalid, .nameReserved, .textEmpty, .textTooLong,
        .notJoined, .tooManyRooms, .rateLimited, .unauthorized, .forbidden, .banned, .kicked, .muted, .roomClosed,
        .textRefused, .notFound, .unavailable, .internal,
    ]
    /// The value for a code that is not in the list.
    private static let otherCode = "other"

    private let hello, join, leave, send, typing, members, history, rename, refresh, ping, delete: Counter
    private let orders: [Command.Name: Counter]
    private let errors: [ProtocolError.Code: Counter]
    private let otherError: Counter

    init(_ dimensions: [(String, String)], of registry: MetricsRegistry) {
        func counter(_ name: Command.Name) -> Counter {
            Counter(.commands, dimensions + [(Self.type, name.rawValue)], of: registry)
        }
        self.hello = counter(.hello)
        self.join = counter(.join)
        self.leave = counter(.leave)
        self.send = counter(.send)
        self.typing = counter(.typing)
        self.members = counter(.members)
        self.history = counter(.history)
        self.rename = counter(.rename)
        self.refresh = counter(.refresh)
        self.ping = counter(.ping)
        self.delete = counter(.delete)
        let orders: [Command.Name] = [.kick, .mute, .unmute, .ban, .unban, .clear, .close, .open, .slow]
        self.orders = Dictionary(uniqueKeysWithValues: orders.map { ($0, counter($0)) })
        self.errors = Dictionary(
            uniqueKeysWithValues: Self.codes.map { code in
                (code, Counter(.errors, dimensions + [(Self.code, code.rawValue)], of: registry))
            }
        )
        self.otherError = Counter(.errors, dimensions + [(Self.code, Self.otherCode)], of: registry)
    }

    /// A client's command is about to be carried out.
    ///
    /// One that waits is counted when its turn has come, and one that is refused only as an error.
    func count(_ action: CommandMachine.OnCommand) {
        switch action {
        case .open: self.hello.increment()
        case .join: self.join.increment()
        case .leave: self.leave.increment()
        case .send: self.send.increment()
        case .typing: self.typing.increment()
        case .members: self.members.increment()
        case .history: self.history.increment()
        case .rename: self.rename.increment()
        case .refresh: self.refresh.increment()
        case .delete: self.delete.increment()
        case .pong: self.ping.increment()
        case .moderate(let order, _): Command.Name(rawValue: order.verb).flatMap { self.orders[$0] }?.increment()
        case .refuse, .disconnect, .wait: break
        }
    }

    /// A client was told of an error.
    func count(_ error: ProtocolError) { (self.errors[error.code] ?? self.otherError).increment() }
}
