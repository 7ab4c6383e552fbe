@testable import ChatClient
@testable import ChatCore
@testable import ChatDeflate
@testable import ChatHTTP
@testable import ChatIdentity
@testable import ChatRedis
@testable import ChatWebSocket
import NIOCore
@testable import ChatTerminal
@testable import ChatWords

/// A place where bytes from outside come in: of a client, of a server, of Redis or of a file.
///
/// Each takes any bytes and neither traps nor costs more than their number. What must hold of the result is checked on the
/// spot: a failure here is found like a trap.
enum Sink: String, CaseIterable {
    /// A client's message on its way to a command.
    case command
    /// A server's message on its way to an event or a reply.
    case event
    /// What a client sent to the server as frames.
    case serverFrames = "server-frames"
    /// What a server sent to the client as frames.
    case clientFrames = "client-frames"
    /// What a server sent as a stream of events.
    case eventStream = "event-stream"
    /// Where a reader of a stream says that it stands: in `Last-Event-ID` or in an address.
    case eventIDs = "event-ids"
    /// What a client sent as one compressed message.
    case compressed
    /// The requests of a connection, with their bodies.
    case requests
    /// A token, its header or its claims, whoever signed them.
    case token
    /// What a client offers as extensions of a WebSocket.
    case extensions
    /// What Redis answered.
    case replies
    /// What came on a subscribed connection to Redis.
    case pushes
    /// What was published on a room's channel.
    case payload
    /// What was published on the channel of all nodes, and what stands in the table of members.
    case control
    /// What moderators decided and did, as Redis or a file kept it.
    case rulings
    /// A client's outbox.
    case outbox
    /// What `tail --state` remembers.
    case positions
    /// Any string on its way to a name, a text or a cell of a terminal.
    case text
    /// What a terminal sends: keys, pasted text, and answers that nobody asked for.
    case keys

    func feed(_ bytes: [UInt8]) {
        let buffer = ByteBuffer(bytes: bytes)
        switch self {
        case .command: Self.command(buffer)
        case .event: Self.event(buffer)
        case .serverFrames:
            Self.frames(bytes, .server, nil)
            guard let inflater = Inflater() else { return }
            Self.frames(bytes, .server, inflater)
        case .clientFrames: Self.frames(bytes, .client, nil)
        case .eventStream: Self.eventStream(bytes)
        case .eventIDs: Self.eventID(String(decoding: bytes, as: UTF8.self))
        case .compressed: Self.compressed(buffer)
        case .requests: Self.requests(bytes)
        case .token: Self.token(bytes)
        case .extensions: Self.extensions(bytes)
        case .replies: Self.replies(buffer)
        case .pushes: Self.pushes(buffer)
        case .payload: Self.payload(buffer)
        case .control:
            _ = ControlMessage(buffer)
            _ = MemberCoding.decode(buffer)
        case .rulings: Self.rulings(buffer)
        case .outbox: Self.outbox(buffer)
        case .positions: Self.positions(bytes)
        case .text: Self.text(String(decoding: bytes, as: UTF8.self))
        case .keys: Self.keys(bytes)
        }
    }
}

extension Sink {
    private static func command(_ buffer: ByteBuffer) {
        let limits = Limits()
        _ = CommandRefusal(buffer, .textEmpty)
        guard let envelope = try? CommandEnvelope(decoding: buffer, limits: limits) else { return }
        // What was understood is understood again, the same way.
        guard let again = try? CommandEnvelope(decoding: envelope.encoded(), limits: limits) else {
            fatalError("a command that was read cannot be read again")
        }
        precondition(again == envelope, "a command changes when it is written and read")
    }

    private static func token(_ bytes: [UInt8]) {
        if let text = try? TokenText(String(decoding: bytes, as: UTF8.self)) { _ = try? TokenClaims(text.claims) }
        _ = try? TokenHeader(bytes)
        guard let claims = try? TokenClaims(bytes) else { return }
        guard let grant = try? TokenRules().grant(claims, now: claims.expiry - 1) else { return }
        precondition(grant.user.isOfToken && grant.rules.count <= Grant.maximumRules)
        guard let room = try? RoomName("team-래블업.1") else { return }
        let rights = grant.rights(in: room)
        precondition(rights.isSuperset(of: grant.rightsEverywhere))
    }

    private static func event(_ buffer: ByteBuffer) {
        guard let message = try? ServerMessage(decoding: buffer) else { return }
        switch message {
        case .event(let event):
            precondition(!event.json.isEmpty)
            // A client takes it as far as its machine.
            var position = RoomPosition(.live)
            if case .message(let message) = event {
                _ = position.received(message.position)
                _ = position.received(message.position)
                let formatter = MessageFormatter(palette: Palette(isColored: true), showsTime: true, showsRoom: true)
                for line in formatter.lines(message) { _ = WordWrap.rows(Paragraph(text: line), columns: 40) }
            }
            if case .gap(_, let epoch, _, let last) = event { _ = position.lost(epoch, to: last) }
        case .ok(let fields):
            if let reply = try? fields.joined() { _ = reply.head.seq - reply.replay }
            _ = try? fields.receipt()
            _ = try? fields.members()
            _ = try? fields.history()
            _ = try? fields.renamed()
            _ = try? fields.time()
        case .error, .unknown: break
        }
    }

    /// The same bytes make the same messages, however they are cut.
    private static func frames(_ bytes: [UInt8], _ role: FrameDecoder.Role, _ inflater: Inflater?) {
        func messages(_ chunk: Int) -> ([WebSocketMessage], FrameError?) {
            var decoder = FrameDecoder(role: role, maximumMessageBytes: 1 << 12)
            var messages: [WebSocketMessage] = []
            var rest = bytes[...]
            do throws(FrameError) {
                while !rest.isEmpty {
                    decoder.append(ByteBuffer(bytes: rest.prefix(chunk)))
                    rest = rest.dropFirst(chunk)
                    while let message = try decoder.next(inflater: inflater) { messages.append(message) }
                }
                return (messages, nil)
            } catch {
                return (messages, error)
            }
        }
        let whole = messages(bytes.count + 1)
        let cut = messages(Int(bytes.first ?? 0) % 7 + 1)
        precondition(whole.0 == cut.0 && whole.1 == cut.1, "frames depend on how they are cut")
    }

    /// The same bytes are the same events, however they are cut, and each event is one line.
    private static func eventStream(_ bytes: [UInt8]) {
        func parts(_ chunk: Int) -> [StreamPart] {
            var reader = EventStreamReader()
            var parts: [StreamPart] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                reader.append(ByteBuffer(bytes: rest.prefix(chunk)))
                rest = rest.dropFirst(chunk)
                do throws(EventStreamReader.TooLong) {
                    while let part = try reader.next() { parts.append(part) }
                } catch { fatalError("an event of \(bytes.count) bytes is too long") }
            }
            return parts
        }
        let whole = parts(bytes.count + 1)
        precondition(whole == parts(Int(bytes.first ?? 0) % 7 + 1), "events depend on how they are cut")
        for case .event(let data) in whole {
            precondition(!data.readableBytesView.contains(UInt8(ascii: "\n")), "an event has more than a line")
            Self.event(data)
        }
    }

    /// What was read is read again, the same way.
    private static func eventID(_ text: String) {
        guard let place = try? LogPosition(eventID: text) else { return }
        precondition(place.seq >= 0 && place.time ?? 0 >= 0, "a place is before the beginning")
        precondition((try? LogPosition(eventID: place.eventID)) == place, "a place changes when it is written and read")
    }

    /// What is inflated stays within its limits, and what is compressed comes out as it went in.
    private static func compressed(_ buffer: ByteBuffer) {
        guard let inflater = Inflater() else { return }
        let limit = 1 << 16
        if let message = try? inflater.inflate(buffer, limit: limit) {
            let longest = min(limit, max(Inflater.free, buffer.readableBytes * Inflater.ratio))
            precondition(message.readableBytes <= longest, "a message is longer than it may be")
            precondition((try? inflater.inflate(buffer, limit: limit)) == message, "an inflater remembers something")
        }
        for window in [9, 12] {
            guard let compressed = Deflater(window: window)?.deflate(buffer) else { continue }
            precondition(compressed.readableBytes < buffer.readableBytes, "a message is longer when it is compressed")
            do throws(Inflater.Fault) {
                let message = try inflater.inflate(compressed, limit: limit)
                precondition(message == buffer, "a message changes when it is compressed")
            } catch {
                precondition(error == .tooDense || error == .tooLong, "what was compressed cannot be inflated")
            }
        }
    }

    /// An offer that is taken has an answer that its client understands.
    private static func extensions(_ bytes: [UInt8]) {
        var input = ByteBuffer(string: "GET /ws HTTP/1.1\r\nHost: a\r\n")
        for field in bytes.split(separator: UInt8(ascii: "\n")) {
            input.writeString("Sec-WebSocket-Extensions: ")
            input.writeBytes(field)
            input.writeString("\r\n")
        }
        input.writeString("\r\n")
        var reader = RequestHeadReader()
        guard let head = try? reader.read(&input) else { return }
        guard case .agree(let terms) = DeflateTerms.answer(to: head) else { return }
        precondition((9...15).contains(terms.window), "a window is not one that can be written")
        precondition(Deflater(window: terms.window) != nil, "a window is not one that can be written")
        guard let answer = WebSocketExtensions([Array(terms.field.utf8)[...]]) else {
            fatalError("an answer is no list of extensions")
        }
        precondition(answer.offers.count == 1, "an answer has not one extension")
    }

    /// The same bytes are the same requests, however they are cut.
    private static func requests(_ bytes: [UInt8]) {
        func heads(_ chunk: Int) -> (bodies: [Int], fault: RequestFault?) {
            var reader = RequestHeadReader()
            var body: BodyReader?
            var (input, rest) = (ByteBuffer(), bytes[...])
            var bodies: [Int] = []
            do throws(RequestFault) {
                while !rest.isEmpty {
                    input.writeBytes(rest.prefix(chunk))
                    rest = rest.dropFirst(chunk)
                    while true {
                        if var open = body {
                            guard let whole = try open.read(&input) else {
                                body = open
                                break
                            }
                            bodies.append(whole.readableBytes)
                            body = nil
                        } else {
                            guard let head = try reader.read(&input) else { break }
                            body = try BodyReader(head.framing, limit: 1 << 12)
                        }
                    }
                }
                return (bodies, nil)
            } catch {
                return (bodies, error)
            }
        }
        let whole = heads(bytes.count + 1)
        let cut = heads(Int(bytes.first ?? 0) % 7 + 1)
        precondition(whole.bodies == cut.bodies, "requests depend on how they are cut")
    }

    private static func replies(_ buffer: ByteBuffer) {
        let reader = HiredisReader()
        guard (try? reader.feed(buffer)) != nil else { return }
        while let reply = try? reader.next() {
            _ = (reply.count, reply.string, reply.array, reply.isNoScript)
            _ = LogAnswer(reply)
            _ = ClusterAnswer(reply.array ?? [], from: .host("h", port: 1))
            _ = LayoutQuestion(key: "k").answer([reply])
            if case .error(let text) = reply { _ = Redirection(text) }
        }
    }

    private static func pushes(_ buffer: ByteBuffer) {
        let reader = HiredisReader()
        guard (try? reader.feed(buffer)) != nil else { return }
        while let push = try? reader.nextPush() {
            if case .message(let channel, let payload) = push {
                precondition(!channel.rawValue.isEmpty || payload.readableBytes >= 0)
            }
        }
    }

    private static func payload(_ buffer: ByteBuffer) {
        guard let room = try? RoomName("lobby") else { return }
        let reader = RoomPayloadReader(room, textLimit: 8192)
        if case .publication(let publication) = reader.read(buffer, now: { 0 }) {
            precondition(publication.position.seq > 0)
        }
        _ = PublicationCodec.time(of: buffer)
    }

    /// What was read is read again, the same way, and takes its place among the others.
    private static func rulings(_ buffer: ByteBuffer) {
        _ = RulingVersion(String(buffer: buffer))
        if let entry = AuditEntry(decoding: buffer) {
            precondition(AuditEntry(decoding: entry.encoded()) == entry, "an entry changes when it is written and read")
        }
        var rulings = (try? RulingArchive.rulings(in: buffer)) ?? []
        if let ruling = Ruling(decoding: buffer) { rulings.append(ruling) }
        var index = Rulings()
        for ruling in rulings {
            precondition(Ruling(decoding: ruling.encoded()) == ruling, "a ruling changes when it is written and read")
            precondition(index.put(ruling) && index[ruling.id] == ruling, "a ruling has no place")
        }
        let lasting = rulings.filter { !$0.matter.isMomentary }
        let again = try? RulingArchive.rulings(in: RulingArchive.encoded(rulings))
        precondition(again == lasting, "rulings change when they are written and read")
        for ruling in index.list { precondition(index.lift(ruling.id) == ruling) }
        precondition(index.isEmpty && !index.reservesNames, "a ruling that was lifted is still there")
    }

    private static func outbox(_ buffer: ByteBuffer) {
        guard var journal = try? OutboxJournal(reading: buffer, now: 1 << 40, capacity: 16) else { return }
        let compacted = journal.compacted()
        guard let again = try? OutboxJournal(reading: compacted, now: 1 << 40, capacity: 16) else {
            fatalError("an outbox that was written cannot be read again")
        }
        precondition(again.contents.sends == journal.contents.sends, "an outbox changes when it is written and read")
        precondition(again.contents.damaged == 0, "an outbox writes what it cannot read")
    }

    private static func positions(_ bytes: [UInt8]) {
        guard let positions = try? Positions(reading: bytes) else { return }
        guard let again = try? Positions(reading: Array(positions.text.utf8)) else {
            fatalError("positions that were written cannot be read again")
        }
        precondition(again == positions, "positions change when they are written and read")
    }

    /// The same bytes are the same keys, however they are cut.
    private static func keys(_ bytes: [UInt8]) {
        func keys(_ chunk: Int) -> [Key] {
            var decoder = KeyDecoder()
            var keys: [Key] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                for key in decoder.feed(rest.prefix(chunk)) {
                    // Characters that come together stay together.
                    if case .text(let more) = key, case .text(let text)? = keys.last {
                        keys[keys.count - 1] = .text(text + more)
                    } else {
                        keys.append(key)
                    }
                }
                rest = rest.dropFirst(chunk)
            }
            return keys + [decoder.flush()].compactMap(\.self)
        }
        precondition(keys(bytes.count + 1) == keys(Int(bytes.first ?? 0) % 7 + 1), "keys depend on how they are cut")
    }

    private static func text(_ raw: String) {
        if let name = try? RoomName(raw) {
            precondition((try? RoomName(name.rawValue)) == name, "a room has two names")
        }
        if let name = try? UserName(raw) {
            precondition((try? UserName(name.rawValue)) == name, "a user has two names")
        }
        guard let text = try? MessageText(raw, maximumBytes: 8192) else { return }
        _ = CellWidth.of(text.rawValue.sanitizedLine)
        _ = CellWidth.prefix(of: text.rawValue.sanitizedText, 40)
        for columns in [1, 40] {
            let rows = WordWrap.rows(Paragraph(text: text.rawValue.sanitizedLine), columns: columns)
            precondition(!rows.isEmpty, "a line has no row")
        }
    }
}
