import NIOCore
import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) final class SessionFloodTests {
    private let samples: Samples
    private let start = ContinuousClock.now
    private var machine: CommandMachine

    init() throws {
        self.samples = try Samples()
        var limits = Limits()
        limits.commands = Limits.Rate(burst: 4, perSecond: 2)
        self.machine = CommandMachine(limits: limits, now: self.start)
        _ = self.machine.receive(CommandEnvelope(id: 1, .hello(.init())), now: self.start)
        _ = self.machine.opened(self.samples.mina)
    }

    private func ping(_ id: Int?, after seconds: Double = 0) -> CommandMachine.OnCommand {
        self.machine.receive(CommandEnvelope(id: id, .ping(.init())), now: self.start + .seconds(seconds))
    }

    @Test func `a burst is granted, then a rate`() {
        for id in 2...4 { #expect(self.ping(id) == .pong(id: id)) }
        #expect(
            self.ping(5)
                == .refuse(
                    CommandRefusal(
                        id: 5,
                        ProtocolError(
                            .rateLimited,
                            "a connection gives at most 2 commands a second",
                            retryMilliseconds: 500,
                            limit: 2
                        )
                    )
                )
        )
        #expect(self.ping(6, after: 0.5) == .pong(id: 6))
        guard case .refuse(let refusal) = self.ping(nil, after: 0.75) else {
            Issue.record("it was not refused")
            return
        }
        #expect(refusal.id == nil && refusal.error.retryMilliseconds == 250)
        #expect(self.ping(7, after: 1) == .pong(id: 7))
    }

    @Test func `a command that comes too fast bears its room`() throws {
        for id in 2...4 { _ = self.ping(id) }
        let send = Command.Send(room: self.samples.lobby, text: try MessageText("x", maximumBytes: 9))
        guard case .refuse(let refusal) = self.machine.receive(CommandEnvelope(id: 9, .send(send)), now: self.start)
        else {
            Issue.record("it was not refused")
            return
        }
        #expect(refusal.id == 9 && refusal.room == "lobby")
    }

    @Test func `who goes on all the same is parted from`() {
        for id in 2...4 { _ = self.ping(id) }
        for id in 5...8 {
            guard case .refuse = self.ping(id) else {
                Issue.record("\(id) was not refused")
                return
            }
        }
        #expect(self.ping(9) == .disconnect(.tooManyErrors))
        #expect(Disconnect.tooManyErrors.code == 4504)
    }

    @Test func `a flood of what is no command is one of errors`() {
        let text = ByteBuffer(string: #"{"id":3}"#)
        let refusal = CommandRefusal(id: 3, .badCommand("type is missing"))
        var actions: [CommandMachine.OnCommand] = []
        for _ in 0..<5 { actions.append(self.machine.receive(text, limits: Limits(), now: self.start)) }
        #expect(actions[..<3].allSatisfy { $0 == .refuse(refusal) })
        guard case .refuse(let late) = actions[3] else {
            Issue.record("\(actions[3])")
            return
        }
        #expect(late.id == 3 && late.error.retryMilliseconds == 500)
        #expect(actions[4] == .disconnect(.tooManyErrors))
    }

    @Test func `errors that come no faster than commands may go on`() {
        let leave = CommandEnvelope(id: 1, .leave(.init(room: self.samples.lobby)))
        var refused = 0
        for step in 1...50 {
            guard case .refuse = self.machine.receive(leave, now: self.start + .seconds(Double(step) / 2)) else {
                break
            }
            refused += 1
        }
        #expect(refused == 50)
    }

    @Test func `a quiet while earns the allowance back`() {
        for id in 2...8 { _ = self.ping(id) }
        for id in 9...12 { #expect(self.ping(id, after: 60) == .pong(id: id)) }
        guard case .refuse = self.ping(13, after: 60) else {
            Issue.record("it was not refused")
            return
        }
    }

    @Test func `without a limit there is none`() {
        var limits = Limits()
        limits.commands = nil
        var machine = CommandMachine(limits: limits, now: self.start)
        _ = machine.receive(CommandEnvelope(id: 1, .ping(.init())), now: self.start)
        _ = machine.opened(self.samples.mina)
        for id in 1...5000 {
            #expect(machine.receive(CommandEnvelope(id: id, .ping(.init())), now: self.start) == .pong(id: id))
        }
        for _ in 1...5000 {
            guard case .refuse = machine.receive(ByteBuffer(string: "x"), limits: limits, now: self.start) else {
                Issue.record("it was not refused")
                return
            }
        }
    }

    // MARK: By length

    @Test(arguments: [(15, 1), (4096, 1), (4097, 2), (8192, 2), (8193, 3), (12_289, 4), (65_536, 4)])
    func `a message is paid for by its length, with a burst at most`(bytes: Int, commands: Int) {
        _ = self.ping(2, after: 60)
        let text = ByteBuffer(string: #"{"type":"ping"}"# + String(repeating: " ", count: bytes - 15))
        #expect(self.machine.receive(text, limits: Limits(), now: self.start + .seconds(120)) == .pong(id: nil))
        // What is left of the burst of four.
        for id in commands..<4 {
            #expect(
                self.machine.receive(CommandEnvelope(id: id, .ping(.init())), now: self.start + .seconds(120))
                    == .pong(id: id)
            )
        }
        let last = CommandEnvelope(id: 9, .ping(.init()))
        guard case .refuse = self.machine.receive(last, now: self.start + .seconds(120)) else {
            Issue.record("it was not refused")
            return
        }
    }

    @Test func `what comes too fast is refused before it is decoded`() {
        for id in 2...4 { _ = self.ping(id) }
        let text = ByteBuffer(string: #"{"id":5,"room":"é","type":"send","text":7,"key":""}"#)
        guard case .refuse(let refusal) = self.machine.receive(text, limits: Limits(), now: self.start) else {
            Issue.record("it was not refused")
            return
        }
        #expect(refusal.error.code == .rateLimited && refusal.id == 5 && refusal.room?.utf8.count == 2)
    }
}
