public import ChatCore
internal import ChatSystem

/// A message on its way.
public struct PendingSend: Sendable {
    /// The room that it is sent to.
    public let room: RoomName
    let answer: Promised<ClientMachine.Answer>

    /// Waits until the server has stored the message.
    ///
    /// - Returns: The place of the message.
    /// - Throws: ``ClientError``; after `cancelled`, and after `overflow` because of waiting events, the message is
    ///   still on its way.
    public func receipt() async throws(ClientError) -> Receipt {
        try await self.answer.read { fields throws(JSONError) in try fields.receipt() }
    }
}

extension Promised<ClientMachine.Answer> {
    /// Waits for the end of a command.
    ///
    /// - Returns: The fields of the answer; nil when no request to the server was necessary.
    /// - Throws: ``ClientError``, with the code `cancelled` when the waiting task was cancelled first.
    func outcome() async throws(ClientError) -> ReplyFields? {
        switch await self.wait() {
        case .ok(let fields): return fields
        case .done: return nil
        case .failed(let error): throw error
        case nil: throw .cancelled
        }
    }

    /// Waits for the answer to a command, and reads it.
    ///
    /// - Throws: ``ClientError``, with the code `bad_answer` when the fields are not the expected ones.
    func read<Reply>(_ read: (ReplyFields) throws(JSONError) -> Reply) async throws(ClientError) -> Reply {
        guard let fields = try await self.outcome() else { throw .badAnswer }
        do { return try read(fields) } catch { throw .badAnswer }
    }
}
