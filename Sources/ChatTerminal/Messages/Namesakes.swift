package import ChatCore
internal import ChatWords

/// Distinguishes members of a room with the same name, by the end of their random ids.
package enum Namesakes {
    /// The number of characters of an id that are shown.
    private static let shown = 4

    /// A name for display.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - id: The user with this name.
    ///   - names: The names of all members of the room.
    /// - Returns: The name, with a mark when somebody else has it too.
    package static func label(_ name: String, _ id: UserID, among names: [UserID: String]) -> String {
        let name = name.sanitizedLine
        guard names.contains(where: { $0.key != id && $0.value.sanitizedLine == name }) else { return name }
        return "\(name)·\(id.rawValue.sanitizedLine.suffix(Self.shown))"
    }

    /// The names of a page of members, each distinct.
    package static func labels(_ page: MemberPage) -> [String] {
        let counts = Dictionary(page.members.map { ($0.name.rawValue.sanitizedLine, 1) }, uniquingKeysWith: +)
        return page.members.map { member in
            let name = member.name.rawValue.sanitizedLine
            return counts[name] == 1 ? name : "\(name)·\(member.id.rawValue.sanitizedLine.suffix(Self.shown))"
        }
    }
}
