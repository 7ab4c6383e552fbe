package import ChatCore
internal import ChatSystem
package import ChatWords
internal import Foundation
internal import NIOCore

/// The place of a reader in each room, as a file: `tail --state` remembers it from one run to the next.
package struct Positions: Equatable, Sendable {
    private struct Contents: Encodable {
        var version = 1
        var rooms: [String: Place]
    }

    private struct Place: Encodable {
        var epoch: String
        var seq: Int
        var time: Int?
    }

    package private(set) var places: [RoomName: LogPosition] = [:]

    package init() {}

    /// Reads the stored positions.
    ///
    /// - Parameter bytes: The file.
    /// - Throws: ``Fault`` when it is another kind of file, which must not be overwritten.
    package init(reading bytes: [UInt8]) throws(Fault) {
        guard let contents = try? JSONValue(ByteBuffer(bytes: bytes)), contents["version"] == .integer(1),
            case .object(let rooms)? = contents["rooms"]
        else { throw Fault(saying: "this is no state of chat-cli tail", [:], .storage) }
        for (room, place) in rooms {
            guard let room = try? RoomName(room.rawValue), let epoch = place["epoch"]?.string,
                let epoch = try? Epoch(epoch), let seq = place["seq"]?.count
            else { throw Fault(saying: "this is no state of chat-cli tail", [:], .storage) }
            self.places[room] = LogPosition(epoch: epoch, seq: seq, time: place["time"]?.count)
        }
    }

    package subscript(room: RoomName) -> LogPosition? {
        get { self.places[room] }
        set { self.places[room] = newValue }
    }

    /// The file.
    package var text: String {
        let rooms = self.places.map { room, position in
            (room.rawValue, Place(epoch: position.epoch.rawValue, seq: position.seq, time: position.time))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let contents = Contents(rooms: Dictionary(rooms) { first, _ in first })
        guard let data = try? encoder.encode(contents) else { return "" }
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

extension Positions {
    /// The positions of both: for a room in both the higher one, or the given one if the logs differ.
    package func merging(_ other: Positions) -> Positions {
        var merged = self
        for (room, position) in other.places {
            // Two places can each be after the other only when the log was rolled back; the later one still exists.
            if let mine = self[room], mine.epoch == position.epoch,
                !position.isBehind(mine) || (mine.isBehind(position) && mine.time ?? 0 > position.time ?? 0)
            {
                continue
            }
            merged[room] = position
        }
        return merged
    }
}

extension LogPosition {
    /// Whether it is after another place of its log: a log that was rolled back uses its numbers again, at later times.
    package func isBehind(_ other: Self) -> Bool {
        if let time = self.time, let before = other.time, time > before { return true }
        return self.seq > other.seq
    }
}
