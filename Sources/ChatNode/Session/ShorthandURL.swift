import ChatCore

/// The commands in the URL of an upgrade request, or of a stream of events: the shorthand for `hello` and `join` (docs/PROTOCOL.md, section 1).
struct ShorthandURL: Sendable, Equatable {
    /// The commands in it, in order; all with the id 0.
    var commands: [CommandEnvelope] = []
    /// Its errors; each is answered by an error with the id 0.
    var refusals: [CommandRefusal] = []

    /// No commands.
    static let none = ShorthandURL()

    /// Reads the query of the request.
    ///
    /// - Parameters:
    ///   - query: The text after the `?`, percent-encoded; nil when there is none.
    ///   - maximumRooms: The most rooms of a connection; those beyond it get one error, all together.
    init(query: String?, maximumRooms: Int) {
        guard let query else { return }
        var rooms: [(name: String, after: String?)] = []
        var hasTooManyRooms = false
        var history: Int?
        var hello = Command.Hello()
        // Names of fields are compared as bytes: a stranger may send anything here.
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1] : pair[pair.endIndex...]
            if parts[0].elementsEqual("room".utf8) {
                hasTooManyRooms = rooms.count >= maximumRooms
                if !hasTooManyRooms { rooms.append((Self.decode(value), nil)) }
            } else if parts[0].elementsEqual("after".utf8), !hasTooManyRooms {
                self.read(nil) { () throws(ProtocolError) in
                    guard let last = rooms.indices.last else { throw .badCommand("after stands behind its room") }
                    rooms[last].after = Self.decode(value)
                }
            } else if parts[0].elementsEqual("name".utf8) {
                self.read(nil) { () throws(ProtocolError) in hello.name = try UserName(Self.decode(value)) }
            } else if parts[0].elementsEqual("history".utf8) {
                self.read(nil) { () throws(ProtocolError) in
                    guard value.count < 19, let count = Int(Self.decode(value)), count >= 0 else {
                        throw ProtocolError(.badCommand, "history is a whole number, not below 0")
                    }
                    history = count
                }
            }
        }
        guard !rooms.isEmpty || hello.name != nil || !self.refusals.isEmpty else { return }
        self.commands.append(CommandEnvelope(id: 0, .hello(hello)))
        for room in rooms {
            var join: Command.Join?
            self.read(room.name) { () throws(ProtocolError) in
                var start = history.map(JoinStart.last) ?? .live
                if let after = room.after { start = .after(try LogPosition(eventID: after)) }
                join = Command.Join(room: try RoomName(room.name), start: start)
            }
            if let join { self.commands.append(CommandEnvelope(id: 0, .join(join))) }
        }
        if hasTooManyRooms { self.refusals.append(CommandRefusal(id: 0, room: nil, .tooManyRooms(maximumRooms))) }
    }

    private init() {}

    /// Keeps only the first error of each field: a URL has space for thousands.
    private mutating func read(_ room: String?, _ body: () throws(ProtocolError) -> Void) {
        do throws(ProtocolError) { try body() } catch {
            let refusal = CommandRefusal(id: 0, room: room, error)
            if room != nil || !self.refusals.contains(refusal) { self.refusals.append(refusal) }
        }
    }

    private static func decode(_ text: Substring.UTF8View.SubSequence) -> String {
        PercentEncoding.decode(Substring(text), plusIsSpace: true)
    }
}
