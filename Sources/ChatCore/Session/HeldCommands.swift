internal import DequeModule

/// The commands of one connection that wait for its session to open or for a room to be joined, in the order in which they
/// came.
///
/// They are bounded in number and in bytes: a client that takes its replay slowly could otherwise store megabytes here.
struct HeldCommands: Sendable {
    /// The most commands.
    static let maximumCount = 256
    /// The most bytes of these together; a single one may have more.
    static let maximumBytes = 128 << 10

    private var commands: Deque<CommandEnvelope> = []
    /// Their bytes, about.
    private(set) var bytes = 0

    /// Keeps a command.
    ///
    /// - Returns: nil when it waits now; otherwise the error for the client.
    mutating func hold(_ envelope: CommandEnvelope) -> ProtocolError? {
        guard self.commands.count < Self.maximumCount else {
            return Self.tooMuch("\(Self.maximumCount) commands", Self.maximumCount)
        }
        let bytes = self.bytes + envelope.command.approximateBytes
        guard bytes <= Self.maximumBytes || self.commands.isEmpty else {
            return Self.tooMuch("\(Self.maximumBytes) bytes", Self.maximumBytes)
        }
        self.bytes = bytes
        self.commands.append(envelope)
        return nil
    }

    /// Takes those that go on, in their order.
    mutating func take(_ goesOn: (CommandEnvelope) -> Bool) -> [CommandEnvelope] {
        guard !self.commands.isEmpty else { return [] }
        let ready = Array(self.commands.filter(goesOn))
        self.commands.removeAll(where: goesOn)
        // An idle connection keeps no space for them.
        if self.commands.isEmpty { self.commands = [] }
        self.bytes -= ready.reduce(0) { $0 + $1.command.approximateBytes }
        return ready
    }

    private static func tooMuch(_ most: String, _ limit: Int) -> ProtocolError {
        ProtocolError(
            .rateLimited,
            "at most \(most) wait for a room to be joined",
            retryMilliseconds: 1000,
            limit: limit
        )
    }
}

extension Command {
    /// The bytes that it takes while it waits, about: nothing but a text is long.
    fileprivate var approximateBytes: Int {
        guard case .send(let send) = self else { return 256 }
        return 256 + send.text.rawValue.utf8.count
    }
}
