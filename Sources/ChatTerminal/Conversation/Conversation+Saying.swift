internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatWords

// MARK: - Saying something

extension Conversation {
    /// Sends a line to the current room; a refusal is shown when it comes.
    func say(_ text: String, _ kind: MessageKind = .text) async {
        do throws(ClientError) {
            self.follow(try await self.client.enqueue(self.rooms.current, text, kind: kind), text)
        } catch {
            self.warn(Notices.unsent(text, Words.of(error)))
        }
    }
}
