/// Puts a reply together from its parts, in the order in which they are parsed.
///
/// An array is made once, with the space for its elements, and not copied when it is complete.
struct ReplyAssembly {
    /// The deepest nesting of arrays; the scripts' answers have two levels.
    ///
    /// hiredis before 1.0 has a bound like this, later versions do not.
    private static let maximumDepth = 8
    /// The most elements for which space is reserved before they come: any number may stand at the head of an array.
    private static let expectedElements = 64

    /// An array of which elements are missing.
    private struct Open {
        var elements: [RedisReply] = []
        var missing: Int
    }

    /// The arrays around the next part, the outermost first.
    private var open: [Open] = []
    private var complete: RedisReply?

    /// Takes the head of an array.
    ///
    /// - Parameter count: The number of its elements.
    /// - Returns: Whether it may be where it is; otherwise it is nested too deeply.
    mutating func begin(_ count: Int) -> Bool {
        guard count > 0 else {
            self.append(.array([]))
            return true
        }
        guard self.open.count < Self.maximumDepth else { return false }
        var array = Open(missing: count)
        array.elements.reserveCapacity(min(count, Self.expectedElements))
        self.open.append(array)
        return true
    }

    /// Takes a part that is no array, or an array that is complete.
    mutating func append(_ part: RedisReply) {
        var part = part
        while !self.open.isEmpty {
            let last = self.open.count - 1
            self.open[last].elements.append(part)
            self.open[last].missing -= 1
            guard self.open[last].missing == 0 else { return }
            part = .array(self.open.removeLast().elements)
        }
        self.complete = part
    }

    /// The whole reply, once; nil when parts were left out that it needs.
    mutating func take() -> RedisReply? {
        defer {
            self.complete = nil
            self.open.removeAll(keepingCapacity: true)
        }
        return self.complete
    }
}
