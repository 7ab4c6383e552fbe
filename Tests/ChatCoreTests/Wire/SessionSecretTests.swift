import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct SessionSecretTests {
    @Test(arguments: [15, 16, 128, 129])
    func `a secret has 16 to 128 characters`(count: Int) {
        let secret = SessionSecret(String(repeating: "s", count: count))
        #expect((secret != nil) == (16...128).contains(count))
    }

    @Test(arguments: ["0123456789abcde ", "0123456789abcdé", "0123456789abcde\n", "0123456789abcde\u{7F}"])
    func `a secret is visible ASCII`(raw: String) {
        #expect(SessionSecret(raw) == nil)
    }

    @Test func `a broker knows it by its SHA-256`() throws {
        let secret = try #require(SessionSecret("0123456789abcdef"))
        #expect(secret.hash == "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f")
    }

    @Test func `it does not get into a log by mistake`() {
        var generator = SeededGenerator(3)
        let secret = SessionSecret(using: &generator)
        #expect(SessionSecret(secret.rawValue) == secret)
        #expect(!"\(secret) \(String(reflecting: secret))".contains(secret.rawValue))
        #expect(!"\(Command.hello(.init(session: secret)))".contains(secret.rawValue))
    }
}
