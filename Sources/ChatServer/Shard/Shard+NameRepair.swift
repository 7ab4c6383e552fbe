import ChatCore

// A new name is told to every node once, and stands in no log: where the news may have been lost, users are looked up, each
// once, however many connections they have, and so many at once.
extension Shard {
    /// The most users that are looked up at once: each answer lets the next be asked for.
    static let namesAtOnce = 32
    /// After how long a user is looked up again who could not be.
    private static let nameRetryDelay = Duration.seconds(1)

    /// Everybody here may have another name.
    func doubtNames() {
        for user in self.users.connected { self.nameChecks.schedule(user, at: .now) }
        self.repairNames()
    }

    /// Looks up whose turn it is.
    func repairNames() {
        while let user = self.nameChecks.begin(.now) {
            let clients = self.users.connections(of: user).lazy.compactMap { self.clients[$0] }
            guard let hash = clients.compactMap(\.sessionHash).first else {
                self.nameChecks.ended()
                continue
            }
            self.spawn {
                await self.readName(of: user, hash)
                self.nameChecks.ended()
                self.repairNames()
            }
        }
    }

    private func readName(of id: UserID, _ hash: String) async {
        // Somebody who gets another name meanwhile keeps that.
        let lookup = self.renames.begin()
        defer { self.renames.end(lookup) }
        do {
            guard let found = try await self.broker.user(ofSession: hash), found.id == id else { return }
            let user = self.renames.newest(found)
            let known = self.users.connections(of: id).lazy.compactMap { self.clients[$0]?.session.user }.first
            if let known, known.name != user.name { self.applyRename(user) }
        } catch {
            // A broker that is away says when it is back, and everybody is looked up then.
            guard self.degradation == nil else { return }
            self.nameChecks.schedule(id, at: .now + Self.nameRetryDelay)
        }
    }
}
