// The form of a position in Server-Sent Events and in URLs: `<epoch>-<seq>-<time>` (docs/PROTOCOL.md, section 8).
extension LogPosition {
    /// The most digits of a number in it: a number of the protocol has no more.
    private static let maximumDigits = 16
    private static let noEventID = ProtocolError.badCommand("a position is <epoch>-<seq>-<time>, as the id of an event")

    /// The position as an event's id; without the time where none is known.
    package var eventID: String {
        let time = self.time.map { "-\($0)" } ?? ""
        return "\(self.epoch)-\(self.seq)\(time)"
    }

    /// Reads an event's id.
    ///
    /// - Parameter eventID: The id as it came.
    /// - Throws: ``ProtocolError`` with the code `bad_command` when it is none.
    package init(eventID: String) throws(ProtocolError) {
        let parts = eventID.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let epoch = try? Epoch(String(Substring(parts[0]))),
            let seq = Self.number(parts[1])
        else { throw Self.noEventID }
        self.init(epoch: epoch, seq: seq)
        guard parts.count == 3 else { return }
        guard let time = Self.number(parts[2]) else { throw Self.noEventID }
        self.time = time
    }

    private static func number(_ digits: Substring.UTF8View) -> Int? {
        guard digits.count <= Self.maximumDigits, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(Substring(digits)).flatMap { $0 <= CommandID.maximum ? $0 : nil }
    }
}
