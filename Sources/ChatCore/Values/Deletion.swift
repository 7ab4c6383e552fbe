/// The wish that a message be deleted.
package struct Deletion: Sendable, Equatable {
    package var room: RoomName
    /// The number of the message.
    package var seq: Int
    /// The epoch in which it has this number; nil: the one that the log has.
    package var epoch: Epoch?
    /// Who deletes it, as the members of the room are told.
    package var user: User

    package init(room: RoomName, seq: Int, epoch: Epoch?, user: User) {
        self.room = room
        self.seq = seq
        self.epoch = epoch
        self.user = user
    }
}
