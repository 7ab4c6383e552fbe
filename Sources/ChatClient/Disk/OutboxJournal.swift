internal import ChatCore
internal import NIOCore

/// The records of an outbox file, and the sends that they leave: a machine without I/O.
///
/// The file has a line of JSON for each record. The last line may be incomplete after a crash of the machine; a record
/// that cannot be read is counted and skipped, wherever it is.
struct OutboxJournal: Equatable {
    /// The time for which a server remembers a key, if it does not say so (docs/PROTOCOL.md, section 4).
    static let usualKeySeconds = 24 * 3600
    /// The number of unused bytes in a file at which it is rewritten.
    static let slack = 64 << 10

    private(set) var contents = OutboxContents()
    /// The most sends that are kept.
    let capacity: Int
    /// The bytes of the file, and the bytes of valid records among them.
    private(set) var fileBytes = 0
    private var liveBytes = 0

    init(capacity: Int) { self.capacity = capacity }

    /// Whether the file must be rewritten.
    var isBloated: Bool { self.fileBytes > 2 * self.liveBytes + Self.slack }

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - now: In milliseconds since the Unix epoch.
    ///   - capacity: The most sends that are kept.
    /// - Throws: ``ClientError`` when a newer program wrote it.
    init(reading bytes: ByteBuffer, now: Int, capacity: Int) throws(ClientError) {
        self.init(capacity: capacity)
        self.fileBytes = bytes.readableBytes
        var sends: [KeptSend?] = []
        // The index of each key's send: a file may have as many finished lines as kept ones.
        var places: [IdempotencyKey: [Int]] = [:]
        for line in bytes.readableBytesView.split(separator: UInt8(ascii: "\n")) {
            switch try Record(line) {
            case nil: self.contents.damaged += 1
            case .header?: break
            case .session(let session)?: self.contents.session = session
            case .window(let seconds)?: self.contents.keySeconds = seconds
            case .send(let send)?:
                places[send.key, default: []].append(sends.count)
                sends.append(send)
            case .done(let key)?: for place in places.removeValue(forKey: key) ?? [] { sends[place] = nil }
            }
        }
        let oldest = now - self.lifetimeMilliseconds
        for case let send? in sends {
            let isExpired = send.time < oldest
            if isExpired { self.contents.expired.append(send) } else { self.contents.sends.append(send) }
        }
    }

    /// The time for which a send may be sent again.
    ///
    /// It ends before the server forgets the key, by a twenty-fourth of that time (an hour of a day) and at least a
    /// minute, to allow for clocks that disagree and for the sending itself.
    var lifetimeMilliseconds: Int {
        let seconds = min(max(0, self.contents.keySeconds ?? Self.usualKeySeconds), 1 << 40)
        return max(0, seconds - max(60, seconds / 24)) * 1000
    }

    /// The result for a new send.
    enum OnAppend: Equatable {
        /// Append these bytes to the file.
        case write(ByteBuffer)
        /// The outbox is full; nothing was changed.
        case full
    }

    mutating func append(_ send: KeptSend) -> OnAppend {
        guard self.contents.sends.count < self.capacity else { return .full }
        self.contents.sends.append(send)
        let line = Record.send(send).line
        self.liveBytes += line.readableBytes
        return .write(self.counted(line))
    }

    /// Returns the bytes to append; nil when the send is not kept.
    mutating func remove(_ key: IdempotencyKey) -> ByteBuffer? {
        guard let index = self.contents.sends.firstIndex(where: { $0.key == key }) else { return nil }
        self.liveBytes -= Record.send(self.contents.sends.remove(at: index)).line.readableBytes
        return self.counted(Record.done(key).line)
    }

    /// Gives the bytes to be appended; nil when that is known.
    mutating func setSession(_ session: SessionSecret) -> ByteBuffer? {
        guard session != self.contents.session else { return nil }
        self.contents.session = session
        return self.counted(Record.session(session).line)
    }

    /// Gives the bytes to be appended; nil when that is known.
    mutating func setKeySeconds(_ seconds: Int) -> ByteBuffer? {
        guard seconds != self.contents.keySeconds else { return nil }
        self.contents.keySeconds = seconds
        return self.counted(Record.window(seconds).line)
    }

    /// The whole file with only the records that count.
    mutating func compacted() -> ByteBuffer {
        var bytes = Record.header.line
        if let session = self.contents.session { bytes.writeImmutableBuffer(Record.session(session).line) }
        if let seconds = self.contents.keySeconds { bytes.writeImmutableBuffer(Record.window(seconds).line) }
        for send in self.contents.sends { bytes.writeImmutableBuffer(Record.send(send).line) }
        self.fileBytes = bytes.readableBytes
        self.liveBytes = self.fileBytes
        return bytes
    }

    private mutating func counted(_ line: ByteBuffer) -> ByteBuffer {
        self.fileBytes += line.readableBytes
        return line
    }
}

// MARK: - Records

extension OutboxJournal {
    /// The version of the file that this program writes.
    private static let version = 1

    private enum Record {
        case header
        case session(SessionSecret)
        /// The seconds for which the server remembers a key.
        case window(Int)
        case send(KeptSend)
        case done(IdempotencyKey)

        /// Reads a line; nil when it is damaged.
        init?(_ line: ByteBufferView.SubSequence) throws(ClientError) {
            guard let json = try? JSONValue(ByteBuffer(line)) else { return nil }
            switch json["type"]?.word {
            case "outbox":
                guard let version = json["version"]?.integer else { return nil }
                guard version <= OutboxJournal.version else {
                    throw .storage("a newer program wrote it (version \(version))")
                }
                self = .header
            case "session":
                guard let session = json["session"]?.string.flatMap(SessionSecret.init) else { return nil }
                self = .session(session)
            case "window":
                guard let seconds = json["key_seconds"]?.integer else { return nil }
                self = .window(seconds)
            case "send":
                guard let send = Self.send(json) else { return nil }
                self = .send(send)
            case "done":
                guard let key = try? IdempotencyKey(json["key"]?.string ?? "") else { return nil }
                self = .done(key)
            default: return nil
            }
        }

        private static func send(_ json: JSONValue) -> KeptSend? {
            guard
                let room = try? RoomName(json["room"]?.string ?? ""),
                let key = try? IdempotencyKey(json["key"]?.string ?? ""),
                let text = json["text"]?.string,
                let kind = json["kind"]?.word.flatMap({ MessageKind($0) }),
                let time = json["time"]?.count
            else { return nil }
            return KeptSend(room: room, text: text, kind: kind, key: key, time: time)
        }

        var line: ByteBuffer {
            var json = JSONWriter()
            switch self {
            case .header:
                json.field("type", "outbox")
                json.field("version", OutboxJournal.version)
            case .session(let session):
                json.field("type", "session")
                json.field("session", session.rawValue)
            case .window(let seconds):
                json.field("type", "window")
                json.field("key_seconds", seconds)
            case .send(let send):
                json.field("type", "send")
                json.field("key", send.key.rawValue)
                json.field("room", send.room.rawValue)
                json.field("kind", send.kind.rawValue)
                json.field("time", send.time)
                json.field("text", send.text)
            case .done(let key):
                json.field("type", "done")
                json.field("key", key.rawValue)
            }
            var line = json.finish()
            line.writeStaticString("\n")
            return line
        }
    }
}
