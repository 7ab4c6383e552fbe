/// The rooms that an event of the broker concerns: all of them, or those that share a fate.
///
/// Where rooms are spread over several servers, the loss of one concerns its rooms alone.
package struct RoomScope: Sendable {
    /// What tells it from other scopes; nil for all rooms.
    ///
    /// Scopes of the same name have the same rooms.
    package let name: String?
    private let test: @Sendable (RoomName) -> Bool

    /// All rooms.
    package static let all = RoomScope(name: nil) { _ in true }

    /// The rooms that pass a test.
    ///
    /// - Parameters:
    ///   - name: What tells it from other scopes.
    ///   - test: Whether a room belongs to it; it always gives the same answer.
    package init(named name: String, _ test: @escaping @Sendable (RoomName) -> Bool) {
        self.init(name: name, test)
    }

    private init(name: String?, _ test: @escaping @Sendable (RoomName) -> Bool) {
        (self.name, self.test) = (name, test)
    }

    /// Whether these are all rooms.
    package var isWhole: Bool { self.name == nil }

    /// Whether a room is one of them.
    package func contains(_ room: RoomName) -> Bool { self.test(room) }
}

extension RoomScope: Equatable {
    package static func == (one: RoomScope, other: RoomScope) -> Bool { one.name == other.name }
}
