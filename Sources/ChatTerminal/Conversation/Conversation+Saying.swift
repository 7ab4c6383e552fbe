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

    // MARK: The server's answer

    /// Waits for the answer to a line, while everything else goes on.
    func follow(_ sent: PendingSend, _ text: String) {
        let id = self.pending.begin(text, now: .now)
        self.later { await self.settle(sent, id, text) }
        if !self.link.isConnected { self.redraw() }
    }

    /// Whether the loss of the room tells why something in it has failed.
    private func isTold(_ error: ClientError, of room: RoomName) async -> Bool {
        guard error.code == .refused, error.refusal?.code != .notJoined else { return false }
        return await !self.client.isIn(room)
    }

    private func settled(_ id: Int) {
        self.pending.settle(id)
        self.settled.wake()
    }

    private func settle(_ sent: PendingSend, _ id: Int, _ text: String) async {
        do throws(ClientError) {
            _ = try await sent.receipt()
            self.settled(id)
            self.redraw()
        } catch {
            guard error.code != .cancelled, error.code != .closed else { return }
            self.settled(id)
            let isTold = await self.isTold(error, of: sent.room)
            self.warn(isTold ? Notices.unsent(text) : Notices.unsent(text, Words.of(error)))
        }
    }
}
