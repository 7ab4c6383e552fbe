/// A string that is compared and hashed by its bytes.
///
/// `String` compares by canonical equivalence (Unicode Annex 15): it brings both sides into normal form first, and that
/// sorts each run of combining marks, at a cost that grows with the square of the run. Text from a peer, Redis or a
/// file is never compared that way. For a name in normal form, comparing bytes is the same as comparing characters.
package struct ByteString: Sendable {
    /// The string, for display or further writing.
    package let rawValue: String

    /// Takes a string as it is.
    package init(_ rawValue: String) { self.rawValue = rawValue }
}

extension ByteString: Hashable {
    package static func == (left: ByteString, right: ByteString) -> Bool {
        guard left.rawValue.utf8.count == right.rawValue.utf8.count else { return false }
        let areSame = left.rawValue.utf8.withContiguousStorageIfAvailable { left in
            right.rawValue.utf8.withContiguousStorageIfAvailable { right in
                ByteScan.areEqual(UnsafeRawBufferPointer(left), UnsafeRawBufferPointer(right))
            }
        }
        return areSame.flatMap(\.self) ?? left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        let hashed: Void? = self.rawValue.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if hashed == nil { for byte in self.rawValue.utf8 { hasher.combine(byte) } }
    }
}

extension ByteString: Comparable {
    package static func < (left: ByteString, right: ByteString) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }
}

extension ByteString: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.rawValue = value }
}

extension ByteString: CustomStringConvertible {
    package var description: String { self.rawValue }
}
