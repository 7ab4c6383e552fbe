internal import ChatCore
internal import Testing

extension BrokerClause {
    static let sessions = [
        BrokerClause("a session is found until it is forgotten, an unknown one is nobody's", sessionsAreKept),
        BrokerClause("a user's new name is in the session, and at every subscriber of the node", renameIsAnnounced),
    ]
}

private func sessionsAreKept(_ broker: any SessionStore) async throws {
    let (hash, user) = (unique("hash"), try uniqueUser())
    #expect(try await broker.session(hash) == nil)
    #expect(try await broker.user(ofSession: hash) == nil)
    try await broker.saveSession(hash, user, isGuest: false)
    #expect(try await broker.session(hash) == user)
    #expect(try await broker.user(ofSession: hash) == user)
    #expect(try await broker.session(unique("hash")) == nil)
}

private func renameIsAnnounced(_ broker: any SessionStore & BrokerControl) async throws {
    let (hash, user) = (unique("hash"), try uniqueUser())
    let subscribers = [CollectingSubscriber(), CollectingSubscriber()]
    for subscriber in subscribers { broker.attach(subscriber) }
    try await broker.hearsNews()
    try await broker.saveSession(hash, user, isGuest: false)
    let renamed = User(id: user.id, name: try UserName("새 이름"))
    try await broker.rename(renamed, session: hash)
    #expect(try await broker.session(hash) == renamed)
    for subscriber in subscribers {
        try await subscriber.events { $0.renamed.contains(renamed) }
    }
}
