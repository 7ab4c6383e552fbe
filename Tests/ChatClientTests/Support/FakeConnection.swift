import ChatCore
import NIOCore
import NIOWebSocket

/// The server's end of one connection, in the hands of a test.
struct FakeConnection: Sendable {
    let channel: any Channel
    let frames: AsyncStream<WebSocketFrame>

    static let epoch = "aaaaaaaa"

    /// The next command, or nil when the client is gone.
    func next() async throws -> JSONValue? {
        for await frame in self.frames where frame.opcode == .text { return try Self.command(frame) }
        return nil
    }

    private static func command(_ frame: WebSocketFrame) throws -> JSONValue {
        try JSONValue(ByteBuffer(frame.unmaskedData.readableBytesView))
    }

    /// Answers a frame if it is a `ping`.
    ///
    /// - Returns: Whether it was one.
    func answersPing(_ frame: WebSocketFrame) async throws -> Bool {
        guard frame.opcode == .text, let command = try? Self.command(frame), command["type"]?.string == "ping" else {
            return false
        }
        try await self.ok(command, #""time":1"#)
        return true
    }

    /// The code of the next close frame, or nil when the client went without one.
    func closeCode() async -> UInt16? {
        for await frame in self.frames where frame.opcode == .connectionClose {
            var data = frame.unmaskedData
            return data.readInteger()
        }
        return nil
    }

    func send(_ json: String) async throws {
        try await self.channel.writeAndFlush(WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: json)))
    }

    /// Closes with a code.
    func close(_ code: UInt16) async throws {
        var data = ByteBuffer()
        data.writeInteger(code)
        try await self.channel.writeAndFlush(WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
    }

    /// Breaks the connection without a word.
    func drop() async throws { try await self.channel.close() }
}

// MARK: - What a server usually says

extension FakeConnection {
    /// Takes the `hello` and welcomes the client; gives what it said.
    @discardableResult
    func welcome(resumed: Bool = false, tokenSeconds: Int? = nil) async throws -> JSONValue? {
        let token = tokenSeconds.map { #","token_seconds":\#($0)"# } ?? ""
        let hello = try await self.next()
        let id = hello?["id"]?.integer ?? 0
        try await self.send(
            #"{"type":"welcome","id":\#(id),"user":{"id":"u1","name":"Mina"},"session":"0123456789abcdef","#
                + #""resumed":\#(resumed),"node":"n1","server":"fake","limits":{"text_bytes":8192,"name_chars":32,"#
                + #""room_chars":64,"history":100,"rooms":100,"members":200},"ping_seconds":25\#(token)}"#
        )
        return hello
    }

    /// Takes a `join` and lets the client in; gives what it said.
    @discardableResult
    func admit(head: Int, replay: Int = 0, recovered: Bool = true) async throws -> JSONValue? {
        let join = try await self.next()
        try await self.ok(
            join,
            #""room":"lobby","epoch":"\#(Self.epoch)","seq":\#(head),"recovered":\#(recovered),"replay":\#(replay),"#
                + #""members":[{"id":"u1","name":"Mina"}],"member_count":1,"presence_version":1"#
        )
        return join
    }

    /// Confirms a `send`.
    func acknowledge(_ send: JSONValue?, seq: Int, duplicate: Bool = false) async throws {
        try await self.ok(
            send,
            #""room":"lobby","epoch":"\#(Self.epoch)","seq":\#(seq),"time":1,"duplicate":\#(duplicate)"#
        )
    }

    func ok(_ command: JSONValue?, _ fields: String) async throws {
        try await self.send(#"{"type":"ok","id":\#(command?["id"]?.integer ?? 0),\#(fields)}"#)
    }

    func refuse(_ command: JSONValue?, _ code: String, retry: Int? = nil) async throws {
        let retry = retry.map { #","retry_ms":\#($0)"# } ?? ""
        let id = command?["id"]?.integer ?? 0
        try await self.send(#"{"type":"error","id":\#(id),"code":"\#(code)","message":"no"\#(retry)}"#)
    }

    func publish(_ seq: Int, _ text: String, key: String? = nil) async throws {
        let key = key.map { #","key":"\#($0)""# } ?? ""
        try await self.send(
            #"{"type":"message","room":"lobby","epoch":"\#(Self.epoch)","seq":\#(seq),"time":1,"#
                + #""from":{"id":"u2","name":"Jun"},"text":"\#(text)","kind":"text"\#(key)}"#
        )
    }
}
