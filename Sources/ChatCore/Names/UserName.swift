/// The name a user is shown by, valid and in normal form.
///
/// Rule (docs/PROTOCOL.md, section 5): 1 to 32 characters (grapheme clusters) and at most 128 bytes after NFC and
/// trimming; no control, line-breaking or bidi-override characters, and something that can be seen.
public struct UserName: Hashable, Sendable, CustomStringConvertible {
    /// The most characters (grapheme clusters) a name may have.
    public static let maximumCharacters = 32
    /// The most bytes of UTF-8 a name may have.
    public static let maximumBytes = 128

    /// The most bytes that are looked at: trimming and normalising can shorten a name.
    package static let maximumInput = 8 * maximumBytes

    private let bytes: ByteString

    /// The name, trimmed and in normalisation form C.
    public var rawValue: String { self.bytes.rawValue }

    /// Reads a name, trimming it and bringing it into normal form.
    ///
    /// - Parameter raw: The name as somebody wrote it.
    /// - Throws: ``ProtocolError`` with the code `name_invalid`.
    public init(_ raw: String) throws(ProtocolError) {
        guard raw.utf8.count <= Self.maximumInput else { throw .nameInvalid(Self.tooLong) }
        guard raw.isStreamSafe else { throw .nameInvalid(ProtocolError.tooManyMarks) }
        let name = raw.trimmingWhitespace.normalizedNFC
        guard name.unicodeScalars.contains(where: \.isVisible) else {
            throw .nameInvalid("a name must not be empty")
        }
        guard name.count <= Self.maximumCharacters, name.utf8.count <= Self.maximumBytes else {
            throw .nameInvalid(Self.tooLong)
        }
        guard !name.unicodeScalars.contains(where: \.isForbiddenInUserName) else {
            throw .nameInvalid("a name has no control, line-breaking or direction-changing characters")
        }
        self.bytes = ByteString(name)
    }

    /// The name itself.
    public var description: String { self.rawValue }

    private static let tooLong = "a name has at most \(maximumCharacters) characters and \(maximumBytes) bytes"
}

extension UserName {
    /// The name a server gives to a guest who has none, made from the last letters of the user's id.
    ///
    /// - Parameter id: The guest's id.
    /// - Returns: The name.
    package static func guest(_ id: UserID) -> UserName {
        UserName(unchecked: "guest-" + id.rawValue.suffix(4))
    }

    private init(unchecked name: String) { self.bytes = ByteString(name) }
}

extension Unicode.Scalar {
    fileprivate var isVisible: Bool {
        let properties = self.properties
        return !properties.isDefaultIgnorableCodePoint && !properties.isWhitespace
            && properties.generalCategory != .control
    }

    fileprivate var isForbiddenInUserName: Bool {
        switch self.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: self.isBidiOverride
        }
    }

    /// Embeddings, overrides and isolates (Unicode Annex 9): they would turn the text that follows a name.
    private var isBidiOverride: Bool {
        switch self.value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
