/// A set that mostly has one element, which then takes no memory of its own.
///
/// Most users have one connection, and most members of a room one holder: a `Set` for each of them takes 100 bytes. Other
/// modules inline it: without that, each question looks up the types that it is made of, which takes longer than the
/// answer.
package struct SmallSet<Element: Hashable & Sendable>: Sendable {
    @usableFromInline
    enum Contents: Sendable {
        case none
        case one(Element)
        /// More than one, or what is left of those.
        case many(Set<Element>)
    }

    @usableFromInline
    var contents = Contents.none

    /// Makes an empty set.
    @inlinable
    package init() {}

    /// Makes a set of one element.
    @inlinable
    package init(_ element: Element) { self.contents = .one(element) }

    @inlinable
    package var isEmpty: Bool {
        switch self.contents {
        case .none: true
        case .one: false
        case .many(let elements): elements.isEmpty
        }
    }

    @inlinable
    package func contains(_ element: Element) -> Bool {
        switch self.contents {
        case .none: false
        case .one(let only): only == element
        case .many(let elements): elements.contains(element)
        }
    }

    @inlinable
    package mutating func insert(_ element: Element) {
        switch self.contents {
        case .none: self.contents = .one(element)
        case .one(let only): if only != element { self.contents = .many([only, element]) }
        case .many(var elements):
            // The elements have one owner while they change.
            self.contents = .none
            elements.insert(element)
            self.contents = .many(elements)
        }
    }

    /// Removes an element.
    ///
    /// - Returns: Whether it was there.
    @discardableResult
    @inlinable
    package mutating func remove(_ element: Element) -> Bool {
        switch self.contents {
        case .none: return false
        case .one(let only):
            guard only == element else { return false }
            self.contents = .none
            return true
        case .many(var elements):
            self.contents = .none
            defer { self.contents = .many(elements) }
            return elements.remove(element) != nil
        }
    }
}

extension SmallSet: Sequence {
    /// Goes over the elements, in no order.
    package struct Iterator: IteratorProtocol {
        @usableFromInline
        var one: Element?
        @usableFromInline
        var many: Set<Element>.Iterator?

        @inlinable
        init(one: Element?, many: Set<Element>.Iterator?) { (self.one, self.many) = (one, many) }

        @inlinable
        package mutating func next() -> Element? { self.one.take() ?? self.many?.next() }
    }

    @inlinable
    package func makeIterator() -> Iterator {
        switch self.contents {
        case .none: Iterator(one: nil, many: nil)
        case .one(let only): Iterator(one: only, many: nil)
        case .many(let elements): Iterator(one: nil, many: elements.makeIterator())
        }
    }
}
