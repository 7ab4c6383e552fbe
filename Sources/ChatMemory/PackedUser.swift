internal import ChatCore

/// A user whose id and name need no memory of their own.
///
/// A session is kept for hours after the connection that brought it. A block of memory for its id would lie between the
/// blocks of that connection, which are free soon, and the page with all of them would stay with the process.
struct PackedUser {
    private let id: PackedText
    private let name: PackedText

    init(_ user: User) {
        self.id = PackedText(user.id.rawValue)
        self.name = PackedText(user.name.rawValue)
    }

    /// The user as before.
    var user: User {
        let id = UserID(self.id.text)
        return User(id: id, name: .known(self.name.text, of: id))
    }
}

/// A text, in place when it has at most 23 bytes of UTF-8: every id that the server makes, and most names.
enum PackedText {
    /// Its bytes from the first on, eight to a word; the lowest byte of the last word is their number.
    case inPlace(UInt64, UInt64, UInt64)
    case elsewhere(String)

    /// The most bytes in place.
    static let room = 23

    init(_ text: String) {
        guard text.utf8.count <= Self.room else {
            self = .elsewhere(text)
            return
        }
        var words: (UInt64, UInt64, UInt64) = (0, 0, UInt64(text.utf8.count))
        for (index, byte) in text.utf8.enumerated() {
            let bits = UInt64(byte) << (56 - 8 * (index % 8))
            switch index / 8 {
            case 0: words.0 |= bits
            case 1: words.1 |= bits
            default: words.2 |= bits
            }
        }
        self = .inPlace(words.0, words.1, words.2)
    }

    var text: String {
        switch self {
        case .elsewhere(let text): return text
        case .inPlace(let first, let second, let third):
            let count = Int(third & 0xFF)
            return String(unsafeUninitializedCapacity: count) { bytes in
                for index in 0..<count {
                    let word = index < 8 ? first : index < 16 ? second : third
                    bytes[index] = UInt8(truncatingIfNeeded: word >> (56 - 8 * (index % 8)))
                }
                return count
            }
        }
    }
}
