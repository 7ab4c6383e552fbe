import ChatCore
import Testing
import TestSupport

@testable import ChatIdentity

@Suite(.patience) struct KeyRingTests {
    private let start = ContinuousClock.now
    private var ring = KeyRing(ages: true)

    private func after(_ seconds: Int) -> ContinuousClock.Instant { self.start + .seconds(seconds) }

    private func key(_ name: String?) async throws -> TokenKey {
        try await TokenKey(secret: Array(TestToken.secret.utf8), keyID: name)
    }

    /// What is said of a token with this key at this time, which came then or earlier.
    private func answer(_ name: String, at seconds: Int, came: Int? = nil) throws -> String {
        let header = try TokenHeader(Array(#"{"alg":"HS256","kid":"\#(name)"}"#.utf8))
        switch self.ring.keys(for: header, came: self.after(came ?? seconds), now: self.after(seconds)) {
        case .keys(let keys): return keys.map { $0.keyID?.rawValue ?? "-" }.joined(separator: " ")
        case .ask(let from): return "ask at \((from - self.start).components.seconds)"
        case .unknown: return "unknown"
        case .unavailable: return "unavailable"
        }
    }

    @Test func `without keys nothing can be told`() throws {
        #expect(try self.answer("a", at: 0) == "unavailable")
        #expect(self.ring.nextAttempt(isWanted: false) == nil)
    }

    @Test mutating func `a key that is not known is asked for, and not again at once`() async throws {
        self.ring.load(KeySet([try await self.key("a")]), now: self.start)
        #expect(try self.answer("a", at: 4) == "a")
        #expect(try self.answer("b", at: 4) == "ask at 5")
        #expect(self.ring.nextAttempt(isWanted: true) == self.after(5))
        self.ring.begin(now: self.after(5))
        self.ring.load(KeySet([try await self.key("b")]), now: self.after(7))
        #expect(try self.answer("b", at: 7) == "b")
    }

    @Test mutating func `a key is unknown only after an attempt that began when the token was here`() async throws {
        let set = KeySet([try await self.key("a")])
        self.ring.begin(now: self.start)
        self.ring.load(set, now: self.after(2))
        #expect(try self.answer("b", at: 2, came: 1) == "ask at 7")
        self.ring.begin(now: self.after(7))
        #expect(try self.answer("b", at: 8, came: 1) == "ask at 7")
        self.ring.confirm(now: self.after(9))
        #expect(try self.answer("b", at: 9, came: 1) == "unknown")
        #expect(try self.answer("b", at: 9, came: 8) == "ask at 14")
    }

    @Test mutating func `while newer keys cannot be had, nothing is said of a key that is not known`() async throws {
        self.ring.load(KeySet([try await self.key("a")]), now: self.start)
        self.ring.begin(now: self.after(5))
        self.ring.fail(now: self.after(6))
        #expect(try self.answer("b", at: 6, came: 4) == "unavailable")
        #expect(try self.answer("b", at: 20) == "unavailable")
        #expect(try self.answer("a", at: 20) == "a")
        #expect(self.ring.nextAttempt(isWanted: true) == self.after(11))
        self.ring.begin(now: self.after(11))
        self.ring.confirm(now: self.after(12))
        #expect(try self.answer("b", at: 12, came: 11) == "unknown")
    }

    @Test mutating func `a key that was replaced counts for a while`() async throws {
        self.ring.load(KeySet([try await self.key("a")]), now: self.start)
        self.ring.load(KeySet([try await self.key("b")]), now: self.after(100))
        #expect(try self.answer("a", at: 699) == "a")
        #expect(try self.answer("a", at: 700) == "ask at 105")
        #expect(try self.answer("b", at: 700) == "b")
    }

    @Test mutating func `the newest keys are tried first, and few in all`() async throws {
        for second in 0..<20 {
            self.ring.load(KeySet([try await self.key(nil)]), now: self.after(second))
        }
        #expect(try self.answer("a", at: 20) == "- - - -")
    }

    @Test mutating func `keys of an address get old when it gives no newer ones`() async throws {
        self.ring.load(KeySet([try await self.key("a")]), now: self.start)
        #expect(self.ring.nextAttempt(isWanted: false) == self.after(300))
        self.ring.fail(now: self.after(300))
        #expect(self.ring.nextAttempt(isWanted: false) == self.after(305))
        #expect(try self.answer("a", at: 86399) == "a")
        #expect(try self.answer("a", at: 86400) == "unavailable")
        self.ring.confirm(now: self.after(86400))
        #expect(try self.answer("a", at: 86400) == "a")
        #expect(self.ring.nextAttempt(isWanted: false) == self.after(86700))
    }

    @Test mutating func `keys of a file do not get old`() async throws {
        self.ring = KeyRing(ages: false)
        self.ring.load(KeySet([try await self.key("a")]), now: self.start)
        #expect(try self.answer("a", at: 10_000_000) == "a")
        // A look at it costs nothing.
        #expect(try self.answer("b", at: 1) == "ask at 0")
        self.ring.begin(now: self.after(2))
        self.ring.confirm(now: self.after(2))
        #expect(try self.answer("b", at: 2, came: 1) == "unknown")
        #expect(self.ring.nextAttempt(isWanted: true) == nil)
    }
}
