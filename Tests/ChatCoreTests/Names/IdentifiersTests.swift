import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct IdentifiersTests {
    @Test(arguments: ["k", " ", "~", "a b", String(repeating: "x", count: 64), #"{"}\"#])
    func `a key is printable ASCII`(raw: String) throws {
        #expect(try IdempotencyKey(raw).rawValue == raw)
    }

    @Test(arguments: ["", String(repeating: "x", count: 65), "é", "a\n", "\u{7F}", "\u{0}", "가", "a\u{301}"])
    func `anything else is no key`(raw: String) {
        #expect(code { () throws(ProtocolError) in try IdempotencyKey(raw) } == .badCommand)
    }

    @Test(arguments: ["01234567", "abcdefgh", String(repeating: "z", count: 32)])
    func `an epoch is digits and small letters`(raw: String) throws {
        #expect(try Epoch(raw).rawValue == raw)
    }

    @Test(arguments: [
        "", "1234567", String(repeating: "z", count: 33), "ABCDEFGH", "abcd-fgh", "abcdéfgh", "abcdefg\n", "٣٣٣٣٣٣٣٣",
    ])
    func `anything else is no epoch`(raw: String) {
        #expect(code { () throws(ProtocolError) in try Epoch(raw) } == .badCommand)
    }

    @Test func `what is made at random is valid and hardly ever the same`() throws {
        var generator = SeededGenerator(7)
        let epochs = (0..<1000).map { _ in Epoch(using: &generator) }
        let ids = (0..<1000).map { _ in UserID(using: &generator) }
        for epoch in epochs { #expect(try Epoch(epoch.rawValue) == epoch) }
        #expect(Set(epochs).count == 1000)
        #expect(Set(ids).count == 1000)
        #expect(ids.allSatisfy { $0.rawValue.first == "u" && $0.rawValue.utf8.count == 17 })
    }
}
