import ChatCore

/// What an upgrade request asks for in its URL: the shorthand for `hello` and `join` (docs/PROTOCOL.md, section 1).
struct Greeting: Sendable, Equatable {
    /// The commands that it stands for, in order; all with the id 0.
    var commands: [CommandEnvelope] = []
    /// What is wrong with it; each is answered by an error with the id 0.
    var refusals: [CommandRefusal] = []

    /// Nothing asked.
    static let none = Greeting()

    /// Reads the query of the request.
    ///
    /// - Parameter query: What stands behind the `?`, percent-encoded; nil when there is none.
    init(query: String?) {
        var rooms: [String] = []
        var history: Int?
        var hello = Command.Hello()
        for (name, value) in Self.pairs(query ?? "") {
            switch name {
            case "room": rooms.append(value)
            case "name": self.read(nil) { () throws(ProtocolError) in hello.name = try UserName(value) }
            case "history":
                self.read(nil) { () throws(ProtocolError) in
                    guard let count = Int(value), count >= 0 else {
                        throw ProtocolError(.badCommand, "history is a whole number, not below 0")
                    }
                    history = count
                }
            default: break
            }
        }
        guard !rooms.isEmpty || hello.name != nil || !self.refusals.isEmpty else { return }
        self.commands.append(CommandEnvelope(id: 0, .hello(hello)))
        for room in rooms {
            var join: Command.Join?
            self.read(room) { () throws(ProtocolError) in
                join = Command.Join(room: try RoomName(room), start: history.map(ReplayStart.last) ?? .live)
            }
            if let join { self.commands.append(CommandEnvelope(id: 0, .join(join))) }
        }
    }

    private init() {}

    private mutating func read(_ room: String?, _ body: () throws(ProtocolError) -> Void) {
        do throws(ProtocolError) { try body() } catch {
            self.refusals.append(CommandRefusal(id: 0, room: room, error))
        }
    }

    private static func pairs(_ query: String) -> [(name: ByteString, value: String)] {
        query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
            return (ByteString(PercentEncoding.decode(parts[0], plusIsSpace: true)), value)
        }
    }
}
