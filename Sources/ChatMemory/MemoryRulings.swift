internal import ChatCore
internal import DequeModule

/// The rulings of the embedded broker, and the record of what moderators did.
struct MemoryRulings {
    private(set) var version: RulingVersion
    private var rulings = Rulings()
    private var record: Deque<(number: Int, entry: AuditEntry)> = []
    private var lastNumber = 0

    init(_ kept: [Ruling]) {
        var random = SystemRandom()
        self.version = RulingVersion(list: ByteString(Base36.random(digits: 12, using: &random)), number: 0)
        self.rulings = Rulings(kept)
    }

    /// Those that hold.
    mutating func list(now: Int) -> RulingList {
        _ = self.rulings.expire(now)
        return RulingList(version: self.version, rulings: Array(self.rulings.list))
    }

    /// Adds a ruling; returns whether there was space.
    mutating func put(_ ruling: Ruling, now: Int) -> Bool {
        _ = self.rulings.expire(now)
        guard self.rulings.put(ruling) else { return false }
        self.version.number += 1
        return true
    }

    func has(_ id: RulingID) -> Bool { self.rulings[id] != nil }

    /// Removes a ruling; nil when there is none.
    mutating func lift(_ id: RulingID, now: Int) -> Ruling? {
        _ = self.rulings.expire(now)
        guard let ruling = self.rulings.lift(id) else { return nil }
        self.version.number += 1
        return ruling
    }

    mutating func add(_ entry: AuditEntry) {
        self.lastNumber += 1
        self.record.append((self.lastNumber, entry))
        if self.record.count > AuditPage.maximumKept { self.record.removeFirst() }
    }

    /// Entries before a number, oldest first.
    func page(before cursor: String?, limit: Int) -> AuditPage {
        let first = self.record.first?.number ?? self.lastNumber + 1
        let end = min(cursor.flatMap(Int.init) ?? .max, self.lastNumber + 1)
        let start = max(first, end - limit)
        guard start < end else { return AuditPage(entries: [], cursor: nil) }
        let entries = self.record[(start - first)..<(end - first)].map(\.entry)
        return AuditPage(entries: entries, cursor: start > first ? String(start) : nil)
    }
}
