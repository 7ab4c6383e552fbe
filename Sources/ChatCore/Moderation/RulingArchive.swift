package import NIOCore

/// The rulings of a node as one JSON object, for a file.
package enum RulingArchive {
    /// It is no list of rulings; the description says where.
    package struct Damage: Error, CustomStringConvertible {
        package let description: String
    }

    /// Reads what ``encoded(_:)`` wrote.
    ///
    /// - Throws: ``Damage`` for the first ruling that cannot be read: one that was ignored would let banned people in.
    package static func rulings(in bytes: ByteBuffer) throws(Damage) -> [Ruling] {
        guard let json = try? JSONValue(bytes), let elements = json["rulings"]?.array,
            elements.count <= Rulings.maximum
        else { throw Damage(description: "it is no list of rulings") }
        var rulings: [Ruling] = []
        for (index, element) in elements.enumerated() {
            do throws(ProtocolError) { rulings.append(try Ruling(element)) } catch {
                throw Damage(description: "ruling \(index + 1): \(error.message)")
            }
        }
        return rulings
    }

    /// Writes the rulings that last.
    package static func encoded(_ rulings: some Sequence<Ruling>) -> ByteBuffer {
        var json = JSONWriter()
        json.array("rulings", encoded: rulings.filter { !$0.matter.isMomentary }.map { $0.encoded() })
        return json.finish()
    }
}
