/// A node's copy of the rulings: it takes news, finds out what may be missing, and says what has changed.
///
/// News is applied at once, even when news before it is missing: a ban must not wait for a list to be read. It does no
/// input or output and has no clock.
package struct RulingBook: Sendable {
    /// What is different from now on.
    package enum Change: Equatable, Sendable {
        case put(Ruling)
        case lifted(Ruling)
    }

    package private(set) var rulings = Rulings()
    /// The version of the list that all of them are of; nil before the first one was read.
    package private(set) var version: RulingVersion?
    /// Counts the news of changes, so that a reading is not taken for newer than what came during it.
    package private(set) var newsCount = 0
    private var lastNews: RulingVersion?
    /// Whether the list must be read.
    package private(set) var needsReading = true

    package init() {}

    /// What the book knows, for a broker that may know less; nil when it knows nothing.
    package var known: RulingList? {
        self.version.map { RulingList(version: $0, rulings: Array(self.rulings.list)) }
    }

    /// News came.
    ///
    /// - Returns: What has changed.
    package mutating func apply(_ news: RulingNews) -> [Change] {
        switch news {
        case .doubtful:
            self.needsReading = true
            return []
        case .put(let ruling, let version):
            self.noted(version)
            guard self.advance(to: version), self.rulings.put(ruling) else { return [] }
            return [.put(ruling)]
        case .lifted(let id, let version):
            self.noted(version)
            guard self.advance(to: version), let ruling = self.rulings.lift(id) else { return [] }
            return [.lifted(ruling)]
        }
    }

    private mutating func noted(_ version: RulingVersion) {
        self.newsCount += 1
        self.lastNews = version
    }

    /// Notes the version of a change.
    ///
    /// - Returns: Whether the change is news.
    private mutating func advance(to next: RulingVersion) -> Bool {
        if let version, next.list == version.list {
            guard next.number > version.number else { return false }
            if next.number == version.number + 1 {
                self.version = next
                return true
            }
        }
        self.needsReading = true
        return true
    }

    /// The list was read.
    ///
    /// It may have a lower number than what the book knows: then the broker has lost changes.
    ///
    /// - Parameters:
    ///   - list: The list.
    ///   - count: ``newsCount`` when the reading began.
    /// - Returns: What has changed.
    package mutating func read(_ list: RulingList, since count: Int) -> [Change] {
        // News that came during the reading may not be in it.
        if self.newsCount > count, let lastNews, lastNews.list == list.version.list,
            lastNews.number > list.version.number
        {
            return []
        }
        (self.version, self.needsReading) = (list.version, false)
        var changes: [Change] = []
        let ids = Set(list.rulings.map(\.id))
        for ruling in self.rulings.list where !ids.contains(ruling.id) { changes.append(.lifted(ruling)) }
        for ruling in list.rulings where self.rulings[ruling.id] != ruling { changes.append(.put(ruling)) }
        return changes.filter { change in
            switch change {
            case .put(let ruling): self.rulings.put(ruling)
            case .lifted(let ruling): self.rulings.lift(ruling.id) != nil
            }
        }
    }

    /// Time has passed.
    ///
    /// - Returns: The rulings that have ended.
    package mutating func expire(_ now: Int) -> [Change] { self.rulings.expire(now).map { .lifted($0) } }
}
