import ChatClient
import ChatCore
import ChatWebSocket
import NIOCore

@testable import ChatBench

/// What the tests of the generator share.
enum BenchScript {
    static func plan(
        clients: Int = 4,
        rooms: Int = 2,
        senders: Int = 1,
        pace: BenchPlan.Pace = .window(1),
        size: Int = 64,
        servers: Int = 1,
        threads: Int = 1
    ) throws -> BenchPlan {
        BenchPlan(
            servers: try (0..<servers).map { try ServerAddress("ws://localhost:\(8080 + $0)") },
            clients: clients,
            rooms: try (1...rooms).map { try RoomName("bench-run-\($0)") },
            senders: senders,
            pace: pace,
            size: size,
            hasKeys: true,
            duration: .seconds(1),
            warmup: .zero,
            threads: threads,
            run: "run"
        )
    }

    static let accepted =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

    static func frame(_ text: String, _ opcode: Opcode = .text) -> ByteBuffer {
        var buffer = ByteBuffer()
        FrameEncoder.write(opcode, ByteBuffer(string: text), to: &buffer)
        return buffer
    }

    static let welcome =
        #"{"type":"welcome","id":1,"user":{"id":"u00000000","name":"bench-0"},"#
        + #""session":"00000000000000000000000000000000","resumed":false,"node":"n","server":"s","#
        + #""limits":{"text_bytes":8192,"name_chars":32,"room_chars":64,"history":100,"rooms":100,"members":200},"#
        + #""ping_seconds":25}"#

    static func joined(at seq: Int) -> String {
        #"{"type":"ok","id":2,"room":"bench-run-1","epoch":"0123456789ab","seq":\#(seq),"recovered":true,"replay":0,"#
            + #""members":[],"member_count":1,"presence_version":1}"#
    }

    static func receipt(id: Int, seq: Int) -> String {
        #"{"type":"ok","id":\#(id),"room":"bench-run-1","epoch":"0123456789ab","seq":\#(seq),"time":1,"duplicate":false}"#
    }

    /// A message as the server's own codec writes it.
    static func delivery(seq: Int, due: Int, sender: Int, room: String = "bench-run-1") throws -> String {
        var text = ByteBuffer()
        BenchToken(due: due, sender: sender).write(to: &text)
        text.writeString("xxx")
        let payload = PublicationCodec.assemble(
            prefix: PublicationCodec.prefix(try RoomName(room)),
            position: LogPosition(epoch: try Epoch("0123456789ab"), seq: seq),
            time: 1,
            tail: PublicationCodec.tail(
                sender: User(id: UserID("u0123456789abcdef"), name: try UserName("bench-0")),
                text: String(buffer: text),
                kind: .text,
                key: try IdempotencyKey("run-0-3")
            )
        )
        return String(buffer: payload)
    }

    /// The commands that a client wrote, unmasked and decoded.
    static func commands(_ out: ByteBuffer) throws -> [CommandEnvelope] {
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: 1 << 20)
        decoder.append(out)
        var commands: [CommandEnvelope] = []
        while let message = try decoder.next() {
            guard case .text(let text) = message else { continue }
            commands.append(try CommandEnvelope(decoding: text, limits: Limits()))
        }
        return commands
    }
}

/// A client whose server is the test.
struct ScriptedLoadClient {
    var client: LoadClient
    var meter = LoadMeter()
    var out = ByteBuffer()

    /// - Parameters:
    ///   - index: Of the client.
    ///   - plan: Of the run.
    init(_ index: Int = 0, _ plan: BenchPlan) {
        self.client = LoadClient(index, plan)
        self.meter.interval = 0..<1_000_000_000
    }

    mutating func receive(_ text: String, now: Int = 0) -> LoadEnd? {
        self.client.received(BenchScript.frame(text), now: now, &self.meter, &self.out)
    }

    mutating func receive(raw text: String) -> LoadEnd? {
        self.client.received(ByteBuffer(string: text), now: 0, &self.meter, &self.out)
    }

    /// Brings the client into its room, at this number.
    mutating func join(at seq: Int = 0) {
        self.client.connected(&self.out)
        _ = self.receive(raw: BenchScript.accepted)
        _ = self.receive(BenchScript.welcome)
        self.client.enter(&self.out)
        _ = self.receive(BenchScript.joined(at: seq))
        self.out.clear()
    }
}
