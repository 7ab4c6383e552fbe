/// A pattern for names of rooms, in which each `*` stands for any text, also for none.
///
/// It is compared byte by byte with names, which are in NFC as it is: where the bytes agree, so do the characters. The
/// cost of a comparison is the length of both, however many stars there are: each piece between two stars is found by
/// the algorithm of Knuth, Morris and Pratt, which never looks at a byte of the name twice.
package struct RoomPattern: Sendable {
    /// The most bytes of UTF-8 that a pattern has.
    package static let maximumBytes = 255

    private let text: ByteString
    /// The pieces between stars; there is one more of them than there are stars.
    private let pieces: [Piece]

    /// Reads a pattern, bringing it into normal form.
    ///
    /// - Parameter raw: The pattern as it stands in a token; the result is nil when it is empty or too long, or has too
    ///   many combining marks in a row.
    package init?(_ raw: String) {
        guard (1...Self.maximumBytes).contains(raw.utf8.count), raw.isStreamSafe else { return nil }
        let text = raw.normalizedNFC
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        self.text = ByteString(text)
        self.pieces = Array(text.utf8).split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
            .map { Piece(Array($0)) }
    }

    /// The pattern in normal form.
    package var rawValue: String { self.text.rawValue }

    /// Whether it is for every room.
    package var isForAll: Bool { self.pieces.count > 1 && self.pieces.allSatisfy(\.bytes.isEmpty) }

    /// The text with which each name begins that it matches.
    package var beginning: String { String(decoding: self.pieces.first?.bytes ?? [], as: UTF8.self) }

    /// Whether it is for this room.
    package func matches(_ room: RoomName) -> Bool {
        var name = room.rawValue
        return name.withUTF8 { self.matches(UnsafeRawBufferPointer($0)) }
    }

    private func matches(_ name: UnsafeRawBufferPointer) -> Bool {
        guard let first = self.pieces.first, let last = self.pieces.last else { return false }
        guard self.pieces.count > 1 else { return name.elementsEqual(first.bytes) }
        guard name.count >= first.bytes.count + last.bytes.count, name.starts(with: first.bytes),
            name[(name.count - last.bytes.count)...].elementsEqual(last.bytes)
        else { return false }
        // The first place of each piece leaves the most for the next ones.
        var rest = name[first.bytes.count..<(name.count - last.bytes.count)]
        for piece in self.pieces.dropFirst().dropLast() {
            guard let end = piece.end(in: rest) else { return false }
            rest = rest[end...]
        }
        return true
    }
}

extension RoomPattern: Hashable {
    package static func == (left: RoomPattern, right: RoomPattern) -> Bool { left.text == right.text }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.text) }
}

extension RoomPattern: CustomStringConvertible {
    package var description: String { self.rawValue }
}

/// The text between two stars.
private struct Piece: Sendable {
    let bytes: [UInt8]
    /// For each length of a beginning of the piece: the longest shorter beginning with which that one ends.
    private let borders: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var borders: [UInt8] = [0]
        var border = 0
        for byte in bytes.dropFirst() {
            while border > 0, bytes[border] != byte { border = Int(borders[border - 1]) }
            if bytes[border] == byte { border += 1 }
            borders.append(UInt8(border))
        }
        self.borders = borders
    }

    /// The end of the first place where the piece stands; nil when there is none.
    func end(in text: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard !self.bytes.isEmpty else { return text.startIndex }
        var matched = 0
        for index in text.indices {
            while matched > 0, self.bytes[matched] != text[index] { matched = Int(self.borders[matched - 1]) }
            if self.bytes[matched] == text[index] { matched += 1 }
            if matched == self.bytes.count { return index + 1 }
        }
        return nil
    }
}
