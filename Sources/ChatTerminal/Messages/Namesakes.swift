package import ChatCore
internal import ChatWords

/// Tells people apart who bear the same name in a room: by the end of their ids, which are drawn by chance.
package enum Namesakes {
    /// How much of an id is shown.
    private static let shown = 4

    /// A name as it is shown.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - id: Who bears it.
    ///   - names: Everybody in the room.
    /// - Returns: The name, with a mark when somebody else bears it too.
    package static func label(_ name: String, _ id: UserID, among names: [UserID: String]) -> String {
        let name = name.sanitizedLine
        guard names.contains(where: { $0.key != id && $0.value.sanitizedLine == name }) else { return name }
        return "\(name)·\(id.rawValue.sanitizedLine.suffix(Self.shown))"
    }

    /// The names of a page of members, each told apart.
    package static func labels(_ page: MemberPage) -> [String] {
        let counts = Dictionary(page.members.map { ($0.name.rawValue.sanitizedLine, 1) }, uniquingKeysWith: +)
        return page.members.map { member in
            let name = member.name.rawValue.sanitizedLine
            return counts[name] == 1 ? name : "\(name)·\(member.id.rawValue.sanitizedLine.suffix(Self.shown))"
        }
    }
}
