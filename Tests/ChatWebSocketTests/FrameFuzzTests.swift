import NIOCore
import TestSupport
import Testing

@testable import ChatWebSocket

@Suite(.patience) struct FrameFuzzTests {
    /// What came out of a reader, until it refused or had enough.
    private struct Outcome: Equatable {
        var messages: [WebSocketMessage] = []
        var error: FrameError?
    }

    private func read(_ bytes: [UInt8], role: FrameDecoder.Role, pieces: [Int]) -> Outcome {
        var decoder = FrameDecoder(role: role, maximumMessageBytes: 300)
        var outcome = Outcome()
        var rest = bytes[...]
        do throws(FrameError) {
            for piece in pieces {
                try decoder.feed(rest.prefix(piece), &outcome.messages)
                rest = rest.dropFirst(piece)
            }
            try decoder.feed(rest, &outcome.messages)
        } catch {
            outcome.error = error
        }
        return outcome
    }

    private func pieces(_ count: Int, _ generator: inout SeededGenerator) -> [Int] {
        (0..<8).map { _ in Int.random(in: 0...max(1, count / 4), using: &generator) }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random bytes are read or refused, however they are split`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for _ in 0..<1500 {
            var bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            // Half of them begin like a frame, to get further.
            if bytes.count > 6, Bool.random(using: &generator) {
                bytes[0] = [0x81, 0x01, 0x82, 0x89, 0x88].randomElement(using: &generator) ?? 0x81
                bytes[1] = 0x80 | UInt8.random(in: 0...20, using: &generator)
            }
            for role in [FrameDecoder.Role.server, .client] {
                let whole = self.read(bytes, role: role, pieces: [])
                #expect(whole == self.read(bytes, role: role, pieces: self.pieces(bytes.count, &generator)))
            }
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random messages come out as they went in`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for _ in 0..<300 {
            var bytes: [UInt8] = []
            var expected: [WebSocketMessage] = []
            for _ in 0..<Int.random(in: 1...5, using: &generator) { self.add(to: &bytes, &expected, &generator) }
            let outcome = self.read(bytes, role: .server, pieces: self.pieces(bytes.count, &generator))
            #expect(outcome == Outcome(messages: expected))
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `messages that were changed somewhere are read or refused`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for _ in 0..<600 {
            var bytes: [UInt8] = []
            var expected: [WebSocketMessage] = []
            for _ in 0..<3 { self.add(to: &bytes, &expected, &generator) }
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let whole = self.read(bytes, role: .server, pieces: [])
            #expect(whole == self.read(bytes, role: .server, pieces: self.pieces(bytes.count, &generator)))
            for case .text(let text) in whole.messages {
                #expect(String(validating: text.readableBytesView, as: UTF8.self) != nil)
            }
        }
    }

    /// Adds a message in random fragments, with control frames between them.
    private func add(
        to bytes: inout [UInt8],
        _ expected: inout [WebSocketMessage],
        _ generator: inout SeededGenerator
    ) {
        let isText = Bool.random(using: &generator)
        let payload = Array(
            isText
                ? Array(repeating: "a가👋", count: Int.random(in: 0...20, using: &generator)).joined().utf8
                : String(repeating: "\u{1}", count: Int.random(in: 0...250, using: &generator)).utf8
        )
        var rest = payload[...]
        var opcode: UInt8 = isText ? 0x01 : 0x02
        while Bool.random(using: &generator) {
            let piece = rest.prefix(Int.random(in: 0...max(rest.count, 1), using: &generator))
            rest = rest.dropFirst(piece.count)
            bytes += Frames.frame(opcode, Array(piece))
            opcode = 0x00
            guard Bool.random(using: &generator) else { continue }
            bytes += Frames.frame(0x89, [0x70])
            expected.append(.ping("p"))
        }
        bytes += Frames.frame(0x80 | opcode, Array(rest))
        let buffer = ByteBuffer(bytes: payload)
        expected.append(isText ? .text(buffer) : .binary(buffer))
    }
}

extension FrameDecoder {
    /// Takes bytes, and adds what they complete, also when they are refused in the end.
    fileprivate mutating func feed(
        _ bytes: some Sequence<UInt8>,
        _ messages: inout [WebSocketMessage]
    ) throws(FrameError) {
        self.append(ByteBuffer(bytes: bytes))
        while let message = try self.next() { messages.append(message) }
    }
}
