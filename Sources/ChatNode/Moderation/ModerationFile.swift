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
    /// - Throws: ``Damage`` when it cannot be read: a node that ignored it would let banned people in.
    package func read() throws(Damage) -> [Ruling] {
        let bytes: [UInt8]?
        do throws(FileError) { bytes = try AtomicFile.read(self.path) } catch {
            throw Damage(description: "the moderation file \(self.path) cannot be read")
        }
        guard let bytes else { return [] }
        guard let json = try? JSONValue(ByteBuffer(bytes: bytes)), let elements = json["rulings"]?.array,
            elements.count <= Rulings.maximum
        else {
            throw Damage(description: "the moderation file \(self.path) is damaged: it is no list of rulings")
        }
        var rulings: [Ruling] = []
        for (index, element) in elements.enumerated() {
            do throws(ProtocolError) { rulings.append(try Ruling(element)) } catch {
                throw Damage(
                    description: "the moderation file \(self.path) is damaged at ruling \(index + 1): \(error.message)"
                )
            }
        }
        return rulings
    }

    /// Writes the rulings.
    ///
    /// - Throws: ``BrokerError`` when they are not on the disk.
    package func write(_ rulings: [Ruling]) throws(BrokerError) {
        var json = JSONWriter()
        json.array("rulings", encoded: rulings.filter { !$0.matter.isMomentary }.map { $0.encoded() })
        do throws(FileError) { try AtomicFile.write(String(buffer: json.finish()) + "\n", to: self.path) } catch {
            throw BrokerError(.refused, "the moderation file cannot be written")
        }
    }
}
