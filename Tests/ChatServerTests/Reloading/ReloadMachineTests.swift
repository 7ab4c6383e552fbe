import Testing

@testable import ChatServer

@Suite(.patience)
struct ReloadMachineTests {
    private let start = ContinuousClock.now
    private var machine = ReloadMachine<Int>(["settings": 1, "key": 1])

    private mutating func look(_ settings: Int?, _ key: Int? = 1, _ second: Int = 0) -> ReloadMachine<Int>.OnLook {
        self.machine.look(["settings": settings, "key": key], now: self.start + .seconds(second))
    }

    private mutating func fail(_ message: String, isAsked: Bool = false, _ second: Int = 0) -> Bool {
        self.machine.failed(message, isAsked: isAsked, now: self.start + .seconds(second))
    }

    @Test mutating func `a file that changes is read once, when it is still`() {
        #expect(self.look(1) == .wait)
        #expect(self.look(2) == .wait)
        #expect(self.look(3) == .wait)
        #expect(self.look(3) == .read)
        #expect(self.look(3) == .wait)
    }

    @Test mutating func `a key that comes a moment after its certificate is read with it`() {
        #expect(self.look(2, 1) == .wait)
        #expect(self.look(2, 2) == .wait)
        #expect(self.look(2, 2) == .read)
        #expect(self.look(2, 2) == .wait)
    }

    @Test mutating func `a file that is replaced and put back in time is not read`() {
        #expect(self.look(2) == .wait)
        #expect(self.look(1) == .wait)
        #expect(self.look(1) == .wait)
    }

    @Test mutating func `a file that goes away is a change, and so is another file that is watched`() {
        #expect(self.look(nil) == .wait)
        #expect(self.look(nil) == .read)
        let marks: ReloadMachine<Int>.Marks = ["settings": nil, "key": 1, "other": 1]
        let looks = [self.machine.look(marks, now: self.start), self.machine.look(marks, now: self.start)]
        #expect(looks == [.wait, .read])
    }

    @Test mutating func `what somebody asked for is not read again`() {
        self.machine.asked(["settings": 2, "key": 1])
        #expect(self.look(2) == .wait)
        #expect(self.look(2) == .wait)
    }

    @Test mutating func `a fault is told once, tried again each minute, and told when somebody asks`() {
        #expect(self.fail("bad") == true)
        #expect(self.look(1, 1, 59) == .wait)
        #expect(self.look(1, 1, 60) == .read)
        #expect(self.fail("bad", 60) == false)
        #expect(self.look(1, 1, 119) == .wait)
        #expect(self.look(1, 1, 120) == .read)
        #expect(self.fail("worse", 120) == true)
        #expect(self.fail("worse", isAsked: true, 121) == true)
        let isMended = [self.machine.succeeded(), self.machine.succeeded()]
        #expect(isMended == [true, false])
        #expect(self.look(1, 1, 1000) == .wait)
    }
}
