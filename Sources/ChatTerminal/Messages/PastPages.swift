package import ChatClient
package import ChatCore

/// The past of a room, page after page from the newest back.
package struct PastPages: Sendable {
    private let client: ChatClient
    private let room: RoomName

    package init(of room: RoomName, _ client: ChatClient) {
        self.client = client
        self.room = room
    }

    /// Reads pages for as long as the caller wants more, and there are more.
    ///
    /// - Parameter take: Called with the messages of a page, oldest first; returns whether an older page is wanted.
    /// - Throws: ``ClientError`` when the server refuses, or is not there.
    package func read(_ take: ([Message]) -> Bool) async throws(ClientError) {
        var before: Int?
        while true {
            let page = try await self.client.history(self.room, before: before)
            guard take(page.messages), page.hasOlder, let first = page.messages.first?.position else { return }
            before = first.seq
        }
    }
}
