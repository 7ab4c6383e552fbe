import NIOCore

extension Receipt {
    /// Appends the answer to a `send`.
    ///
    /// No other answer is given as often, so it is written in one piece: field by field took four times as long. Names of
    /// rooms and of logs have no character that needs an escape.
    ///
    /// - Parameters:
    ///   - id: The id of the command.
    ///   - room: The room to which it was sent.
    ///   - buffer: The buffer.
    func write(answering id: Int, in room: RoomName, to buffer: inout ByteBuffer) {
        let (room, epoch) = (room.rawValue, self.position.epoch.rawValue)
        let bytes = room.utf8.count + epoch.utf8.count + 4 * ByteSink.maximumDigits + 96
        buffer.write(atMost: bytes) { sink in
            sink.write("{\"type\":\"ok\",\"id\":")
            sink.write(decimal: id)
            sink.write(",\"room\":\"")
            sink.write(string: room)
            sink.write("\",\"epoch\":\"")
            sink.write(string: epoch)
            sink.write("\",\"seq\":")
            sink.write(decimal: self.position.seq)
            sink.write(",\"time\":")
            sink.write(decimal: self.time)
            sink.write(self.isDuplicate ? ",\"duplicate\":true" : ",\"duplicate\":false")
            if let replicas = self.replicas {
                sink.write(",\"replicas\":")
                sink.write(decimal: replicas)
            }
            sink.write("}")
        }
    }
}
