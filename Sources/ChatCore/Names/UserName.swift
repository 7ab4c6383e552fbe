/// The name a user is shown by, valid and in normal form.
///
/// Rule (docs/PROTOCOL.md, section 5): invisible characters without an effect are left out, blanks at the ends are cut
/// off, then NFC; 1 to 32 characters (grapheme clusters) and at most 128 bytes after that; no control, line-breaking or
/// bidi-override characters, and something that can be seen. `Tests/Vectors/names.json` holds examples for every
/// client.
public struct UserName: Hashable, Sendable, CustomStringConvertible {
    /// The most characters (grapheme clusters) a name may have.
    public static let maximumCharacters = 32
    /// The most bytes of UTF-8 a name may have.
    public static let maximumBytes = 128

    /// The most bytes that are read: trimming and normalising can shorten a name.
    package static let maximumInput = 8 * maximumBytes

    private let bytes: ByteString

    /// The name, trimmed and in normalisation form C.
    public var rawValue: String { self.bytes.rawValue }

    /// Reads a name, trimming it and bringing it into normal form.
    ///
    /// - Parameter raw: The name as somebody wrote it.
    /// - Throws: ``ProtocolError`` with the code `name_invalid`.
    public init(_ raw: String) throws(ProtocolError) {
        // Most names are of this kind, and a list of members has hundreds.
        guard !Self.isPlain(raw.utf8) else {
            self.bytes = ByteString(raw)
            return
        }
        guard raw.utf8.count <= Self.maximumInput else { throw .nameInvalid(Self.tooLong) }
        let trimmed = raw.trimmingBlanks
        guard !trimmed.unicodeScalars.contains(where: \.isForbiddenInUserName) else {
            throw .nameInvalid("a name has no control, line-breaking or direction-changing characters")
        }
        let shown = trimmed.withoutInvisibles.trimmingBlanks
        guard shown.isStreamSafe else { throw .nameInvalid(StreamSafe.tooManyMarks) }
        let name = shown.normalizedNFC
        guard name.unicodeScalars.contains(where: { !$0.isInvisible && !$0.isBlank }) else {
            throw .nameInvalid("a name has something that can be seen")
        }
        guard name.count <= Self.maximumCharacters, name.utf8.count <= Self.maximumBytes else {
            throw .nameInvalid(Self.tooLong)
        }
        self.bytes = ByteString(name)
    }

    /// The name itself.
    public var description: String { self.rawValue }

    /// Whether it is a name as it stands: printable ASCII, not too long, with no blank at either end.
    private static func isPlain(_ name: String.UTF8View) -> Bool {
        guard name.count <= Self.maximumCharacters, let first = name.first, let last = name.last else { return false }
        let blank = UInt8(ascii: " ")
        return first != blank && last != blank && name.allSatisfy { (blank...UInt8(ascii: "~")).contains($0) }
    }

    private static let tooLong = "a name has at most \(maximumCharacters) characters and \(maximumBytes) bytes"
}

extension UserName {
    /// What all names that look like this one have in common (``Lookalikes``).
    package var skeleton: String { Lookalikes.skeleton(of: self.rawValue) }

    /// The name that a server gives to a guest without a name, made from the last letters of the user's id.
    ///
    /// - Parameter id: The guest's id.
    /// - Returns: The name.
    package static func guest(_ id: UserID) -> UserName {
        UserName(unchecked: "guest-" + id.rawValue.suffix(4))
    }

    /// A stored name that would be refused today becomes a guest's name, so that the user is not lost.
    ///
    /// - Parameters:
    ///   - raw: The name as it was stored or sent.
    ///   - id: The user's id.
    /// - Returns: The name.
    package static func known(_ raw: String, of id: UserID) -> UserName { (try? UserName(raw)) ?? .guest(id) }

    private init(unchecked name: String) { self.bytes = ByteString(name) }
}

extension Unicode.Scalar {
    fileprivate var isForbiddenInUserName: Bool {
        switch self.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: self.isBidiOverride
        }
    }

    /// Embeddings, overrides and isolates (Unicode Annex 9): they would change the direction of the text after a name.
    private var isBidiOverride: Bool {
        switch self.value {
        case 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
