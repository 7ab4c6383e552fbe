package import NIOCore

/// A command with the id for its reply.
package struct CommandEnvelope: Equatable, Sendable {
    /// Chosen by the client; 0 means the shorthand of the URL; a command without one gets no `ok`.
    package var id: Int?
    package var command: Command

    package init(id: Int?, _ command: Command) {
        self.id = id
        self.command = command
    }
}

extension CommandEnvelope {
    /// Reads a command from the text of one message.
    ///
    /// Its cost grows with the message's length and no faster: keys and words are compared as bytes, and a field
    /// becomes a `String` only where a type checks it.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - limits: The limits that its fields must keep.
    /// - Throws: ``CommandRefusal`` with the code `bad_json`, `bad_command`, `unknown_type` or that of a bad name.
    package init(decoding text: ByteBuffer, limits: Limits) throws(CommandRefusal) {
        let result: Result<CommandEnvelope, CommandRefusal> = text.withUnsafeReadableBytes { bytes in
            do throws(CommandRefusal) {
                return .success(try CommandEnvelope(try CommandReader.reading(bytes), limits))
            } catch {
                return .failure(error)
            }
        }
        self = try result.get()
    }

    private init(_ fields: borrowing CommandReader, _ limits: Limits) throws(CommandRefusal) {
        do throws(ProtocolError) {
            if let fault = fields.fault { throw fault }
            let name = try fields.commandName()
            self.init(id: fields.id, try Command(name, fields, limits))
        } catch {
            throw CommandRefusal(fields, error)
        }
    }

    /// The command as one JSON object, as a client sends it.
    package func encoded() -> ByteBuffer {
        var json = JSONWriter()
        json.field("type", self.command.name.rawValue)
        if let id { json.field("id", id) }
        if let room = self.command.room { json.field("room", room.rawValue) }
        self.command.write(to: &json)
        return json.finish()
    }
}
