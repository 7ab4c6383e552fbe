/// The text of a message, cleaned and in normal form.
///
/// Rule (docs/PROTOCOL.md, sections 3 and 5): control characters other than newline and tab are removed, and of a run of
/// combining marks all but the first ``StreamSafe/maximumMarks``; then NFC; 1 to ``Limits/textBytes`` bytes of UTF-8 after
/// that; whitespace alone is empty.
public struct MessageText: Hashable, Sendable, CustomStringConvertible {
    private let bytes: ByteString

    /// The text in normalisation form C.
    public var rawValue: String { self.bytes.rawValue }

    /// The most bytes that are read of a text with this limit: normalising can shorten a text, hardly ever below a
    /// fourth.
    package static func maximumInput(_ maximumBytes: Int) -> Int { 4 * maximumBytes }

    /// Reads a text, cleaning it and bringing it into normal form.
    ///
    /// - Parameters:
    ///   - raw: The text as somebody wrote it.
    ///   - maximumBytes: The most bytes of UTF-8 it may have.
    /// - Throws: ``ProtocolError`` with the code `text_empty` or `text_too_long`.
    public init(_ raw: String, maximumBytes: Int) throws(ProtocolError) {
        // A text that is far too long is refused unread.
        guard raw.utf8.count <= Self.maximumInput(maximumBytes) else { throw .textTooLong(maximumBytes) }
        if raw.isPrintableASCII, raw.utf8.contains(where: { $0 != 0x20 }) {
            // Nothing to clean, and in normal form already.
            guard raw.utf8.count <= maximumBytes else { throw .textTooLong(maximumBytes) }
            self.bytes = ByteString(raw)
            return
        }
        let text = raw.withoutControls.streamSafe.normalizedNFC
        guard !text.unicodeScalars.allSatisfy(\.properties.isWhitespace) else { throw .textEmpty }
        guard text.utf8.count <= maximumBytes else { throw .textTooLong(maximumBytes) }
        self.bytes = ByteString(text)
    }

    /// The text itself.
    public var description: String { self.rawValue }
}

extension String {
    /// The text without control characters (category Cc) other than newline and tab.
    fileprivate var withoutControls: String {
        guard self.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A || $0 == 0x7F || $0 == 0xC2 }) else {
            return self
        }
        var kept = String.UnicodeScalarView()
        kept.append(
            contentsOf: self.unicodeScalars.lazy.filter {
                $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
            }
        )
        return String(kept)
    }
}
