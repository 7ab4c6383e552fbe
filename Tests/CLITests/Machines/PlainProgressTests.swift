import ChatCore
import ChatSystem
import Testing

@testable import ChatTerminal

@Suite(.timeLimit(.minutes(10))) struct PlainProgressTests {
    private let lobby: RoomName
    private let ops: RoomName

    init() throws { (self.lobby, self.ops) = (try RoomName("lobby"), try RoomName("ops")) }

    private func at(_ seq: Int, _ epoch: String = "epoch0001") throws -> LogPosition {
        LogPosition(epoch: try Epoch(epoch), seq: seq)
    }

    @Test func `input that ends at once waits until the past of each room is printed`() throws {
        var progress = PlainProgress([self.lobby, self.ops])
        progress.sent(.success, last: nil)
        #expect(progress.standing == .working)
        progress.joined(self.lobby, replay: 2)
        progress.joined(self.ops, replay: 0)
        #expect(progress.standing == .working)
        progress.printed(self.lobby, try self.at(1))
        #expect(progress.standing == .working)
        progress.printed(self.lobby, try self.at(2))
        #expect(progress.standing == .done(.success))
    }

    @Test func `what was sent comes back and is printed before the end`() throws {
        var progress = PlainProgress([self.lobby])
        progress.joined(self.lobby, replay: 0)
        progress.sent(.partial, last: try self.at(3))
        #expect(progress.standing == .awaitingEcho(.partial))
        progress.printed(self.lobby, try self.at(2))
        #expect(progress.standing == .awaitingEcho(.partial))
        progress.printed(self.lobby, try self.at(3))
        #expect(progress.standing == .done(.partial))
    }

    @Test func `a room that is joined again prints what it missed first`() throws {
        var progress = PlainProgress([self.lobby])
        progress.joined(self.lobby, replay: 1)
        progress.joined(self.lobby, replay: 2)
        progress.sent(.success, last: nil)
        progress.printed(self.lobby, try self.at(1))
        #expect(progress.standing == .working)
        progress.printed(self.lobby, try self.at(2))
        #expect(progress.standing == .done(.success))
    }

    @Test func `another log has no place for what was sent in the old one`() throws {
        var progress = PlainProgress([self.lobby])
        progress.joined(self.lobby, replay: 0)
        progress.sent(.success, last: try self.at(9))
        progress.printed(self.lobby, try self.at(1, "epoch0002"))
        #expect(progress.standing == .done(.success))
    }
}
