import NIOCore
import TestSupport
import Testing

@testable import ChatCore

/// Whatever the bytes are, they are read or refused: nothing crashes, nothing hangs, nothing is repaired.
@Suite(.patience) struct JSONFuzzTests {
    private static let alphabet =
        Array(#"{}[]":,\/ntrueflasb0123456789.-+eEuUdD89abfx "#.utf8) + [0x00, 0x0A, 0x80, 0xC3, 0xED, 0xF0, 0xFF]

    private static let documents = [
        #"{"type":"send","id":7,"room":"래블업","text":"안녕 \ud83d\udc4b \"q\"","kind":"action","key":"k-1"}"#,
        #"{"type":"join","id":1,"room":"lobby","after":{"epoch":"e1b2c3d4","seq":12},"x":[1.5e3,null,{"y":[]}]}"#,
        #"{"type":"hello","name":"Mina","session":"0123456789abcdef","token":null,"id":9007199254740991}"#,
        #"{"type":"history","room":"a.b","before":10,"limit":5,"epoch":"abcdefgh"}"#,
        #"{"type":"message","room":"lobby","epoch":"e1b2c3d4","seq":1,"time":5,"from":{"id":"u","name":"n"},"text":"x"}"#,
    ]

    /// Feeds bytes to everything that reads what comes from outside.
    private func feed(_ bytes: [UInt8]) {
        let buffer = ByteBuffer(bytes: bytes)
        let value = try? JSONValue(buffer)
        _ = try? CommandEnvelope(decoding: buffer, limits: Limits())
        _ = try? ServerMessage(decoding: buffer)
        // What is accepted is UTF-8.
        if value != nil { #expect(String(validating: bytes, as: UTF8.self) != nil) }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `random bytes are read or refused`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for _ in 0..<1500 {
            let count = Int.random(in: 0...40, using: &generator)
            self.feed((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
            self.feed(
                (0..<count).map { _ in Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &generator)] }
            )
        }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `a valid document that was changed somewhere is read or refused`(seed: UInt64) {
        var generator = SeededGenerator(seed)
        for document in Self.documents {
            for _ in 0..<200 {
                var bytes = Array(document.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    let place = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                    case 1: bytes.remove(at: place)
                    case 2:
                        bytes.insert(
                            Self.alphabet[Int.random(in: 0..<Self.alphabet.count, using: &generator)],
                            at: place
                        )
                    default:
                        let other = Int.random(in: 0..<bytes.count, using: &generator)
                        bytes.swapAt(place, other)
                    }
                }
                self.feed(bytes)
            }
        }
    }

    @Test(arguments: Self.documents)
    func `a document that was cut is refused at every byte`(document: String) {
        let bytes = Array(document.utf8)
        for count in 0..<bytes.count {
            #expect(throws: JSONError.self) { try JSONValue(ByteBuffer(bytes: bytes[..<count])) }
        }
        #expect(throws: Never.self) { try JSONValue(ByteBuffer(bytes: bytes)) }
    }

    @Test(arguments: SeededGenerator.seeds)
    func `a random tree is read as it was meant`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        for _ in 0..<500 {
            let (value, text) = RandomJSON.value(&generator)
            #expect(try JSONValue(ByteBuffer(string: text)) == value, "\(text)")
        }
    }
}
