/// All rulings at one moment, as a broker keeps them.
package struct RulingList: Equatable, Sendable {
    package var version: RulingVersion
    package var rulings: [Ruling]

    package init(version: RulingVersion, rulings: [Ruling]) {
        self.version = version
        self.rulings = rulings
    }
}

/// The version of a list of rulings: it counts up by one for each change, and is never compared with that of another
/// list.
package struct RulingVersion: Hashable, Sendable, CustomStringConvertible {
    /// The name of the list, made of random bits when the broker's list began.
    package var list: ByteString
    /// The number of changes since.
    package var number: Int

    /// The version of a list that has not begun, or was lost.
    package static let none = RulingVersion(list: "0", number: 0)

    package init(list: ByteString, number: Int) {
        self.list = list
        self.number = number
    }

    /// Reads a version as ``description`` writes it; nil when it is none.
    package init?(_ raw: String) {
        let parts = raw.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, (1...32).contains(parts[0].count), parts[0].allSatisfy(Base36.isDigit),
            parts[1].count <= 15, let number = Int(String(Substring(parts[1]))), number >= 0
        else { return nil }
        self.init(list: ByteString(String(Substring(parts[0]))), number: number)
    }

    package var description: String { "\(self.list)-\(self.number)" }

    /// Whether a list of this version has everything that one of an earlier version had, but for what was lifted.
    package func continues(_ earlier: RulingVersion) -> Bool {
        earlier == .none || self.list == earlier.list && self.number >= earlier.number
    }
}

/// News of the rulings.
package enum RulingNews: Equatable, Sendable {
    /// A ruling holds; it is this version's change.
    case put(Ruling, RulingVersion)
    /// A ruling holds no more.
    case lifted(RulingID, RulingVersion)
    /// Something may have changed without news of it: the list must be read again.
    case doubtful
}
