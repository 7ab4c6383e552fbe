package import ChatCore
internal import NIOCore

/// What most tests need one of.
package struct Samples {
    package let lobby: RoomName
    package let epoch: Epoch
    package let otherEpoch: Epoch
    package let mina: User
    package let juno: User

    package init() throws {
        self.lobby = try RoomName("lobby")
        self.epoch = try Epoch("e1b2c3d4")
        self.otherEpoch = try Epoch("f9f8f7f6")
        self.mina = User(id: UserID("u1"), name: try UserName("Mina"))
        self.juno = User(id: UserID("u2"), name: try UserName("주노"))
    }

    package func position(_ seq: Int, at time: Int? = nil) -> LogPosition {
        LogPosition(epoch: self.epoch, seq: seq, time: time)
    }

    package func publication(_ seq: Int, at time: Int? = nil, bytes: Int = 8) -> Publication {
        Publication(position: self.position(seq, at: time), payload: ByteBuffer(repeating: 0x78, count: bytes))
    }

    package func draft(
        _ text: String,
        to room: RoomName? = nil,
        by user: User? = nil,
        key: String? = nil
    ) throws -> Draft {
        let sender = user ?? self.mina
        let key = try key.map { try IdempotencyKey($0) }
        return Draft(
            room: room ?? self.lobby,
            sender: sender.id,
            key: key,
            tail: PublicationCodec.tail(sender: sender, text: text, kind: .text, key: key)
        )
    }
}
