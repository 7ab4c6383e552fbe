/// A dictionary that mostly has one entry, which then takes no memory of its own.
///
/// Most connections are in one room: a `Dictionary` for each of them takes 120 bytes.
package struct SmallMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private enum Contents: Sendable {
        case none
        case one(Key, Value)
        /// More than one, or what is left of those.
        case many([Key: Value])
    }

    private var contents = Contents.none

    /// Makes an empty dictionary.
    package init() {}

    package var count: Int {
        switch self.contents {
        case .none: 0
        case .one: 1
        case .many(let entries): entries.count
        }
    }

    /// The value of a key; setting nil removes it.
    package subscript(key: Key) -> Value? {
        get {
            switch self.contents {
            case .none: nil
            case .one(let only, let value): only == key ? value : nil
            case .many(let entries): entries[key]
            }
        }
        set { self.set(newValue, key) }
    }

    private mutating func set(_ value: Value?, _ key: Key) {
        switch self.contents {
        case .none: if let value { self.contents = .one(key, value) }
        case .one(let only, _) where only == key: self.contents = value.map { .one(key, $0) } ?? .none
        case .one(let only, let other): if let value { self.contents = .many([only: other, key: value]) }
        case .many(var entries):
            // The entries have one owner while they change.
            self.contents = .none
            entries[key] = value
            self.contents = .many(entries)
        }
    }
}

extension SmallMap: Sequence {
    /// Goes over the entries, in no order.
    package struct Iterator: IteratorProtocol {
        fileprivate var one: (Key, Value)?
        fileprivate var many: [Key: Value].Iterator?

        package mutating func next() -> (Key, Value)? {
            self.one.take() ?? self.many?.next().map { ($0.key, $0.value) }
        }
    }

    package func makeIterator() -> Iterator {
        switch self.contents {
        case .none: Iterator(one: nil, many: nil)
        case .one(let key, let value): Iterator(one: (key, value), many: nil)
        case .many(let entries): Iterator(one: nil, many: entries.makeIterator())
        }
    }
}
