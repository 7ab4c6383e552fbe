import ChatCore

@testable import ChatVerify

/// Records of one room and epoch, in few words.
struct Script: Sendable {
    let epoch: Epoch
    let room: RoomName

    init(_ epoch: String) {
        guard let room = try? RoomName("r"), let epoch = try? Epoch(epoch) else { fatalError("valid names") }
        self.room = room
        self.epoch = epoch
    }

    /// When its messages were stored is their number after this; nil: nobody knows.
    var start: Int?

    func position(_ seq: Int) -> LogPosition {
        LogPosition(epoch: self.epoch, seq: seq, time: self.start.map { $0 + seq })
    }

    /// The same log after it was rolled back.
    func again(at start: Int) -> Script {
        var script = self
        script.start = start
        return script
    }

    func key(_ number: Int) -> IdempotencyKey {
        guard let key = try? IdempotencyKey("k\(number)") else { fatalError("valid key") }
        return key
    }

    func join(
        after: Int? = nil,
        of old: Script? = nil,
        head: Int,
        recovered: Bool = true,
        replay: Int = 0
    ) -> WireHistory.Record {
        let after = after.map { (old ?? self).position($0) }
        return .joined(self.room, after: after, head: self.position(head), recovered: recovered, replay: replay)
    }

    func sent(_ number: Int) -> WireHistory.Record { .sent(self.room, key: self.key(number), text: "t\(number)") }

    func ack(_ number: Int, at seq: Int? = nil) -> WireHistory.Record {
        .acknowledged(self.room, key: self.key(number), self.position(seq ?? number))
    }

    func got(_ seq: Int, key: Int? = nil, text: String? = nil) -> WireHistory.Record {
        let number = key ?? seq
        let content = WireHistory.Content(sender: UserID("u"), key: self.key(number), text: text ?? "t\(number)")
        return .received(self.room, self.position(seq), content)
    }

    func gap(_ first: Int, _ last: Int) -> WireHistory.Record { .gap(self.room, self.epoch, from: first, to: last) }

    func reset(_ head: Int) -> WireHistory.Record { .reset(self.room, self.position(head)) }

    var left: WireHistory.Record { .left(self.room) }
}
