package import ChatClient
package import ChatCore

/// Does something in a room that the client wants to be in from the beginning of it, and may lose meanwhile.
///
/// What fails because of that fails with the reason of the loss. The event tells the same reason, with the room, so it is
/// not told twice.
///
/// - Parameters:
///   - room: The room.
///   - client: The client; somebody else takes its events and ends the command (``LostRooms``).
///   - body: The work.
/// - Returns: The result; nil when the room was lost.
/// - Throws: What the work throws for any other reason.
package func unlessLost<Result>(
    _ room: RoomName,
    _ client: ChatClient,
    _ body: () async throws -> Result
) async throws -> Result? {
    do { return try await body() } catch let error as ClientError where error.code == .refused {
        guard await !client.isIn(room) else { throw error }
        return nil
    }
}
