import ChatCore
import TestSupport
import Testing

/// Exercise 2: the rule, without a clock and without a server.
@Suite(.timeLimit(.minutes(10))) struct RepetitionRuleTests {
    private let start = ContinuousClock.now
    private let mina: UserID
    private let juno: UserID

    init() throws {
        let samples = try Samples()
        (self.mina, self.juno) = (samples.mina.id, samples.juno.id)
    }

    private func text(_ raw: String) throws -> MessageText { try MessageText(raw, maximumBytes: 8192) }

    private func rule(capacity: Int = 100) -> RepetitionRule {
        RepetitionRule(window: .seconds(30), capacity: capacity)
    }

    @Test func `what was just said is refused, and the verdict says for how long`() throws {
        var rule = self.rule()
        #expect(rule.judge(try self.text("hi"), by: self.mina, now: self.start) == .pass)
        #expect(
            rule.judge(try self.text("hi"), by: self.mina, now: self.start + .seconds(10))
                == .refuse(retryAfter: .seconds(20))
        )
        #expect(rule.judge(try self.text("ho"), by: self.mina, now: self.start + .seconds(10)) == .pass)
    }

    @Test func `whoever waits for as long as the verdict says may say it, however often it was refused`() throws {
        var rule = self.rule()
        _ = rule.judge(try self.text("hi"), by: self.mina, now: self.start)
        for second in 1..<30 {
            let verdict = rule.judge(try self.text("hi"), by: self.mina, now: self.start + .seconds(second))
            #expect(verdict == .refuse(retryAfter: .seconds(30 - second)))
        }
        #expect(rule.judge(try self.text("hi"), by: self.mina, now: self.start + .seconds(30)) == .pass)
        // From then on it counts anew.
        #expect(
            rule.judge(try self.text("hi"), by: self.mina, now: self.start + .seconds(31))
                == .refuse(retryAfter: .seconds(29))
        )
    }

    @Test func `one user's words are no other's`() throws {
        var rule = self.rule()
        #expect(rule.judge(try self.text("hi"), by: self.mina, now: self.start) == .pass)
        #expect(rule.judge(try self.text("hi"), by: self.juno, now: self.start) == .pass)
        #expect(rule.judge(try self.text("hi"), by: self.juno, now: self.start) == .refuse(retryAfter: .seconds(30)))
    }

    @Test(arguments: [("Buy now", "BUY NOW"), ("buy now", " buy \n\t now "), ("안녕 하세요", "안녕  하세요")])
    func `case and white space make no other text`(first: String, second: String) throws {
        var rule = self.rule()
        #expect(rule.judge(try self.text(first), by: self.mina, now: self.start) == .pass)
        #expect(
            rule.judge(try self.text(second), by: self.mina, now: self.start) == .refuse(retryAfter: .seconds(30))
        )
        #expect(rule.judge(try self.text("buynow"), by: self.mina, now: self.start) == .pass)
    }

    @Test func `what was not said after all may be said at once`() throws {
        var rule = self.rule()
        #expect(rule.judge(try self.text("Hi"), by: self.mina, now: self.start) == .pass)
        rule.takeBack(try self.text("hi"), by: self.mina)
        #expect(rule.count == 0)
        #expect(rule.judge(try self.text("hi"), by: self.mina, now: self.start + .seconds(1)) == .pass)
        // It counts from the second time on, and the first one's end does not end it.
        #expect(
            rule.judge(try self.text("hi"), by: self.mina, now: self.start + .seconds(30))
                == .refuse(retryAfter: .seconds(1))
        )
        // What was never said cannot be taken back.
        rule.takeBack(try self.text("ho"), by: self.juno)
        #expect(rule.count == 1)
    }

    @Test func `what is over is forgotten`() throws {
        var rule = self.rule()
        for number in 0..<10 {
            _ = rule.judge(try self.text("\(number)"), by: self.mina, now: self.start + .seconds(number))
        }
        #expect(rule.count == 10)
        _ = rule.judge(try self.text("10"), by: self.mina, now: self.start + .seconds(34))
        // Those of the seconds 5 to 9, and the last one.
        #expect(rule.count == 6)
    }

    @Test func `it never remembers more than its capacity, and then forgets the oldest first`() throws {
        var rule = self.rule(capacity: 3)
        for number in 1...4 {
            #expect(rule.judge(try self.text("\(number)"), by: self.mina, now: self.start + .seconds(number)) == .pass)
            #expect(rule.count <= 3)
        }
        let now = self.start + .seconds(5)
        #expect(rule.judge(try self.text("2"), by: self.mina, now: now) == .refuse(retryAfter: .seconds(27)))
        #expect(rule.judge(try self.text("1"), by: self.mina, now: now) == .pass)
        #expect(rule.count == 3)
    }

    @Test func `what was taken back and said again is no older than that, though all came at one time`() throws {
        var rule = self.rule(capacity: 3)
        _ = rule.judge(try self.text("a"), by: self.mina, now: self.start)
        rule.takeBack(try self.text("a"), by: self.mina)
        // The fourth has the oldest give way, which is b.
        for text in ["b", "c", "a", "d"] {
            #expect(rule.judge(try self.text(text), by: self.mina, now: self.start) == .pass)
        }
        #expect(rule.judge(try self.text("a"), by: self.mina, now: self.start) == .refuse(retryAfter: .seconds(30)))
        #expect(rule.judge(try self.text("b"), by: self.mina, now: self.start) == .pass)
    }

    @Test func `taking back makes no hidden pile`() throws {
        var rule = self.rule(capacity: 3)
        for number in 0..<1000 {
            #expect(rule.judge(try self.text("\(number)"), by: self.mina, now: self.start) == .pass)
            rule.takeBack(try self.text("\(number)"), by: self.mina)
        }
        #expect(rule.count == 0)
        for number in 1...3 {
            #expect(rule.judge(try self.text("\(number)"), by: self.juno, now: self.start) == .pass)
        }
        // None of the three had to give way to what was taken back.
        #expect(rule.judge(try self.text("1"), by: self.juno, now: self.start) == .refuse(retryAfter: .seconds(30)))
    }
}
