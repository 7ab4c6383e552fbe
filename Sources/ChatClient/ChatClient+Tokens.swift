internal import ChatSystem

// Brings the machine the tokens that it asks for.

extension ChatClient {
    /// A token for the next connection; nil when the client has no source of them.
    func nextToken() async throws(ConnectionFailure) -> String? {
        guard let tokens else { return nil }
        do throws(TokenFailure) { return try await tokens.token() } catch { throw ConnectionFailure(error) }
    }

    /// Gets another token each time that the machine wants one, for as long as the connection stands.
    func renewTokens() async {
        while !Task.isCancelled {
            await self.tokenWanted.wait()
            guard !Task.isCancelled, let tokens else { continue }
            let actions: [ClientMachine.Action]
            do throws(TokenFailure) {
                let token = try await tokens.token()
                actions = self.machine.renewToken(with: token, now: .now)
            } catch {
                guard !Task.isCancelled else { return }
                actions = self.machine.tokenFailed(error, now: .now)
            }
            for event in self.perform(actions) { await self.tell(event) }
        }
    }
}
