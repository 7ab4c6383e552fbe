package import ChatCore
import ChatSystem
import NIOCore

/// The file that keeps the rulings of a chat in memory: one JSON object, replaced as a whole by each change.
package struct ModerationFile: Sendable {
    /// The file cannot be used; the reason is for the operator.
    package struct Damage: Error, CustomStringConvertible {
        package let description: String
    }

    private let path: String

    package init(_ path: String) { self.path = path }

    /// Reads the rulings; a file that is missing has none.
    ///
    /// - Throws: ``Damage`` when it cannot be read: a node that ignored it would let banned people in. Also when it
    ///   cannot be written: that would be found by the moderator who bans somebody.
    package func read() throws(Damage) -> [Ruling] {
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try AtomicFile.read(self.path)
            try AtomicFile.checkWritable(self.path)
        } catch {
            throw Damage(description: "the moderation file cannot be used: \(error)")
        }
        guard let bytes else { return [] }
        do throws(RulingArchive.Damage) { return try RulingArchive.rulings(in: ByteBuffer(bytes: bytes)) } catch {
            throw Damage(description: "the moderation file \(self.path) is damaged: \(error)")
        }
    }

    /// Writes the rulings.
    ///
    /// - Throws: ``BrokerError`` when they are not on the disk.
    package func write(_ rulings: [Ruling]) throws(BrokerError) {
        let text = String(buffer: RulingArchive.encoded(rulings))
        do throws(FileError) { try AtomicFile.write(text + "\n", to: self.path) } catch {
            throw BrokerError(.refused, "the moderation file cannot be written")
        }
    }
}
