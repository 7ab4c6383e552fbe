import TestSupport
import Testing

@testable import ChatCore

/// Commands that wait, and their bounds.
@Suite(.patience) struct HeldCommandsTests {
    private let lobby: RoomName
    private var held = HeldCommands()

    init() throws { self.lobby = try Samples().lobby }

    private func send(_ bytes: Int, id: Int) throws -> CommandEnvelope {
        let text = try MessageText(String(repeating: "a", count: bytes), maximumBytes: bytes)
        return CommandEnvelope(id: id, .send(.init(room: self.lobby, text: text)))
    }

    @Test mutating func `one command has its place whatever its length, and the next one has not`() throws {
        let long = try self.send(HeldCommands.maximumBytes, id: 1)
        #expect(self.held.hold(long) == nil && self.held.bytes > HeldCommands.maximumBytes)
        let refusal = self.held.hold(try self.send(1, id: 2))
        #expect(refusal?.code == .rateLimited && refusal?.limit == HeldCommands.maximumBytes)
        #expect(self.held.take { _ in true } == [long] && self.held.bytes == 0)
    }

    @Test mutating func `what goes on leaves, and the rest stays in its order`() throws {
        let commands = try (1...6).map { try self.send($0, id: $0) }
        for command in commands { #expect(self.held.hold(command) == nil) }
        #expect(self.held.take { ($0.id ?? 0).isMultiple(of: 2) }.map(\.id) == [2, 4, 6])
        #expect(self.held.take { _ in true }.map(\.id) == [1, 3, 5])
        #expect(self.held.bytes == 0)
    }
}
