internal import ChatCore
internal import NIOCore

/// A name that no other test has.
func unique(_ name: String) -> String {
    var random = SystemRandom()
    return name + "-" + Base36.random(digits: 10, using: &random)
}

func uniqueRoom(_ name: String = "래블업") throws -> RoomName { try RoomName(unique(name)) }

func uniqueUser(_ name: String = #"민아 "M" 👋🏽"#) throws -> User {
    User(id: UserID(unique("u")), name: try UserName(name))
}

func uniqueHolder() -> HolderID { HolderID(node: "test", incarnation: unique("i"), shard: 0) }

func draft(_ text: String, to room: RoomName, by sender: User, key: String? = nil) throws -> Draft {
    let key = try key.map { try IdempotencyKey($0) }
    let tail = PublicationCodec.tail(sender: sender, text: text, kind: .text, key: key)
    return Draft(room: room, sender: sender.id, key: key, tail: tail)
}

func drafts(_ range: ClosedRange<Int>, to room: RoomName, by sender: User) throws -> [Draft] {
    try range.map { try draft("\($0)", to: room, by: sender) }
}

extension MessageLog {
    /// Publishes messages that all must be stored.
    @discardableResult
    func store(_ drafts: [Draft]) async throws -> [Receipt] {
        try await self.publish(drafts).map { try $0.get() }
    }
}

extension BrokerControl {
    /// Returns when news of all nodes reach the subscribers: before that, they may only be told that they missed some.
    func hearsNews() async throws {
        // The pause leaves the processor to what is waited for.
        while (try? await self.probe()) == nil { try await Task.sleep(for: .milliseconds(10)) }
    }
}

extension Publication {
    /// What the message says.
    package var text: String? { (try? JSONValue(self.payload))?["text"]?.string }
}
