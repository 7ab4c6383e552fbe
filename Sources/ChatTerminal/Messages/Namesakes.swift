package import ChatCore
internal import ChatWords

/// The people of a room by what their names look like, and the marks that tell them apart: the ends of their ids.
///
/// Names are compared by their skeletons (``Lookalikes``), so that a Cyrillic letter does not make another person look
/// like Mina. The page has the same rule; `Tests/Vectors/lookalikes.json` holds examples for both.
package struct Namesakes: Sendable {
    /// The number of characters of an id that are shown.
    private static let shown = 4
    /// Ids that programs have in common; they are marks as a whole.
    private static let shared: Set<String> = ["anonymous", "redis"]

    /// For each skeleton, the ids by their marks.
    private var holders: [String: [String: Set<UserID>]] = [:]
    /// The number of names.
    package private(set) var count = 0

    /// Gathers the people of a room.
    package init(_ people: some Sequence<(id: UserID, name: String)>) {
        for person in people { self.insert(person.id, person.name) }
    }

    /// A user is there under a name, or has spoken under it.
    package mutating func insert(_ id: UserID, _ name: String) {
        let (isNew, _) = self.holders[Lookalikes.skeleton(of: name), default: [:]][Self.end(of: id), default: []]
            .insert(id)
        if isNew { self.count += 1 }
    }

    /// A name for display: with a mark when somebody else has it, or one that looks like it.
    package func label(_ name: String, _ id: UserID) -> String {
        let line = name.sanitizedLine
        return self.mark(name, id).map { "\(line)·\($0)" } ?? line
    }

    /// The mark of a user; nil where none is needed.
    package func mark(_ name: String, _ id: UserID) -> String? {
        let skeleton = Lookalikes.skeleton(of: name)
        let marks = self.holders[skeleton] ?? [:]
        let isAlone = marks.values.allSatisfy { $0 == [id] }
        guard !isAlone || Self.endsLikeMark(skeleton) else { return nil }
        let end = Self.end(of: id)
        return (marks[end]?.count ?? 0) > 1 ? id.rawValue.sanitizedLine : end
    }

    /// Whether what somebody wrote looks like the name of a user, or like the name with the user's mark.
    package static func names(_ written: String, _ name: String, _ id: UserID) -> Bool {
        let wanted = Lookalikes.skeleton(of: written)
        let marked = [self.end(of: id), id.rawValue].map { "\(name)·\($0)" }
        return ([name] + marked).contains { Lookalikes.skeleton(of: $0) == wanted }
    }

    private static func end(of id: UserID) -> String {
        let id = id.rawValue.sanitizedLine
        return self.shared.contains(id) ? id : String(id.suffix(self.shown))
    }

    /// Whether a name ends like one with a mark: whoever takes the mark of somebody else into a name gets one as well.
    private static func endsLikeMark(_ skeleton: String) -> Bool {
        guard let dot = skeleton.lastIndex(of: "·") else { return false }
        let end = skeleton[skeleton.index(after: dot)...].unicodeScalars
        return end.count >= self.shown
            && end.allSatisfy { $0.properties.isAlphabetic || $0.properties.numericType != nil }
    }
}

extension Namesakes {
    /// The people of a page of members.
    package init(_ page: MemberPage) { self.init(page.members.lazy.map { ($0.id, $0.name.rawValue) }) }

    /// The names of a page of members, each distinct.
    package static func labels(_ page: MemberPage) -> [String] {
        let namesakes = Namesakes(page)
        return page.members.map { namesakes.label($0.name.rawValue, $0.id) }
    }
}
