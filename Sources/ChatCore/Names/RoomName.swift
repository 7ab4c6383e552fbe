internal import Foundation

/// The name of a room, valid and in normal form.
///
/// Rule (docs/PROTOCOL.md, section 5): 1 to 64 Unicode scalars and at most 192 bytes after NFC; letters, marks and
/// decimal digits of any script that can be seen, and `-`, `_`, `.`; the first is neither a mark nor `.` nor `-`. Case matters.
public struct RoomName: Hashable, Sendable, CustomStringConvertible {
    /// The most Unicode scalars a name may have.
    public static let maximumScalars = 64
    /// The most bytes of UTF-8 a name may have.
    public static let maximumBytes = 192

    /// The most bytes that are read: normalising can shorten a name, hardly ever below a fourth.
    package static let maximumInput = 4 * maximumBytes

    private let bytes: ByteString

    /// The name in normalisation form C.
    public var rawValue: String { self.bytes.rawValue }

    /// Reads a name, bringing it into normal form.
    ///
    /// - Parameter raw: The name as somebody wrote it.
    /// - Throws: ``ProtocolError`` with the code `room_invalid`.
    public init(_ raw: String) throws(ProtocolError) {
        // Most names are of this kind, and each message has one.
        guard !Self.isPlain(raw.utf8) else {
            self.bytes = ByteString(raw)
            return
        }
        // A name that is far too long is refused before any work is done on it.
        guard raw.utf8.count <= Self.maximumInput else { throw .roomInvalid(Self.tooLong) }
        guard raw.isStreamSafe else { throw .roomInvalid(StreamSafe.tooManyMarks) }
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
        self.bytes = ByteString(name)
    }

    /// The name itself.
    public var description: String { self.rawValue }

    /// Whether it is a name as it stands: ASCII, not too long, and beginning like a name.
    private static func isPlain(_ name: String.UTF8View) -> Bool {
        guard name.count <= Self.maximumScalars, let first = name.first else { return false }
        return first != UInt8(ascii: ".") && first != UInt8(ascii: "-")
            && name.allSatisfy { $0 < 0x80 && Unicode.Scalar($0).isAllowedInRoomName }
    }

    private static let tooLong =
        "a room name has at most \(maximumScalars) characters and \(maximumBytes) bytes"
}

extension RoomName: Comparable {
    /// Orders names by their bytes, the order in which lists of rooms are paged.
    public static func < (left: RoomName, right: RoomName) -> Bool {
        left.bytes < right.bytes
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
        // Some letters and marks draw nothing: fillers of Hangul, variation selectors.
        if self.isInvisible { return false }
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
