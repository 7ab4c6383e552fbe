internal import Foundation

/// The name of a room, valid and in normal form.
///
/// Rule (docs/PROTOCOL.md, section 5): 1 to 64 Unicode scalars and at most 192 bytes after NFC; letters, marks and
/// decimal digits of any script, and `-`, `_`, `.`; the first is neither a mark nor `.` nor `-`. Case matters.
public struct RoomName: Sendable, CustomStringConvertible {
    /// The most Unicode scalars a name may have.
    public static let maximumScalars = 64
    /// The most bytes of UTF-8 a name may have.
    public static let maximumBytes = 192

    /// The name in normalisation form C.
    public let rawValue: String

    /// Reads a name, bringing it into normal form.
    ///
    /// - Parameter raw: The name as somebody wrote it.
    /// - Throws: ``ProtocolError`` with the code `room_invalid`.
    public init(_ raw: String) throws(ProtocolError) {
        // A name that is far too long is refused before any work is done on it.
        guard raw.utf8.count <= 4 * Self.maximumBytes else { throw .roomInvalid(Self.tooLong) }
        let name = raw.normalizedNFC
        guard let first = name.unicodeScalars.first else { throw .roomInvalid("a room name must not be empty") }
        guard name.unicodeScalars.count <= Self.maximumScalars, name.utf8.count <= Self.maximumBytes else {
            throw .roomInvalid(Self.tooLong)
        }
        guard !first.isMark, first != ".", first != "-" else {
            throw .roomInvalid("a room name begins with a letter, a digit or _")
        }
        guard name.unicodeScalars.allSatisfy(\.isAllowedInRoomName) else {
            throw .roomInvalid("a room name has letters, digits, -, _ and . only")
        }
        self.rawValue = name
    }

    /// The name itself.
    public var description: String { self.rawValue }

    private static let tooLong =
        "a room name has at most \(maximumScalars) characters and \(maximumBytes) bytes"
}

extension RoomName: Hashable {
    // Two names in NFC are the same when their bytes are. `String` would normalise both again for each look-up, which
    // costs names beyond ASCII several times what it costs ASCII ones.

    /// Whether two names are the same, by their bytes.
    public static func == (left: RoomName, right: RoomName) -> Bool {
        left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
    }

    /// Hashes the bytes of the name.
    public func hash(into hasher: inout Hasher) {
        let hashed: Void? = self.rawValue.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if hashed == nil { for byte in self.rawValue.utf8 { hasher.combine(byte) } }
    }
}

extension RoomName: Comparable {
    /// Orders names by their bytes, the order in which lists of rooms are paged.
    public static func < (left: RoomName, right: RoomName) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }
}

extension Unicode.Scalar {
    fileprivate var isMark: Bool {
        if self.isASCII { return false }
        return switch self.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    fileprivate var isAllowedInRoomName: Bool {
        if self.isASCII {
            return switch self {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": true
            default: false
            }
        }
        return switch self.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
        default: self.isMark
        }
    }
}
