public import ChatCore
internal import ChatSystem

// Brings the machine the tokens that it asks for.

extension ChatClient {
    /// Whether the user's token allows to moderate a room, for programs that show only what is of use.
    ///
    /// - Parameter room: The room.
    /// - Returns: What the token says; the server alone decides.
    public func mayModerate(_ room: RoomName) -> Bool { self.rights[room].contains(.moderate) }

    /// A token for the next connection; nil when the client has no source of them.
    func nextToken() async throws(ConnectionFailure) -> String? {
        guard let tokens else { return nil }
        do throws(TokenFailure) {
            let token = try await tokens.token()
            self.rights = TokenRights(token)
            return token
        } catch {
            throw ConnectionFailure(error)
        }
    }

    /// Gets another token each time that the machine wants one, for as long as the connection stands.
    func renewTokens() async {
        while !Task.isCancelled {
            await self.tokenWanted.wait()
            guard !Task.isCancelled, let tokens else { continue }
            let actions: [ClientMachine.Action]
            do throws(TokenFailure) {
                let token = try await tokens.token()
                self.rights = TokenRights(token)
                actions = self.machine.renewToken(with: token, now: .now)
            } catch {
                guard !Task.isCancelled else { return }
                actions = self.machine.tokenFailed(error, now: .now)
            }
            for event in self.perform(actions) { await self.tell(event) }
        }
    }
}
