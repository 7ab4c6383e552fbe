internal import ChatCore
internal import Foundation

/// How far each room was read, from one session to the next: a file of a server.
///
/// Not to know it is no trouble: what cannot be read counts as nothing, and what cannot be written is forgotten.
struct ReadMarkFile: Sendable {
    /// The most rooms that are remembered; in a file of more than that, older programs or other hands were at work.
    static let maximumRooms = 1000

    /// Where the files of all servers are.
    static var folder: String { Folders.state + "/read" }

    let path: String

    /// The rooms in all files of a folder, sorted; what is no such file has none.
    static func rooms(in folder: String) -> [RoomName] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let rooms = names.flatMap { Self(path: folder + "/" + $0).load().places.keys }
        return Set(rooms).sorted { $0.rawValue < $1.rawValue }
    }

    func load() -> Positions {
        guard let bytes = try? AtomicFile.read(self.path), let positions = try? Positions(reading: bytes) else {
            return Positions()
        }
        return positions
    }

    func save(_ positions: Positions) {
        // Another session of the same user may have read elsewhere, or further.
        let merged = self.load().merging(positions)
        guard !merged.places.isEmpty, merged.places.count <= Self.maximumRooms else { return }
        try? AtomicFile.write(merged.text, to: self.path)
    }
}

extension Positions {
    /// The positions of both, of a room in both the one that is further; what is given holds for another log.
    func merging(_ other: Positions) -> Positions {
        var merged = self
        for (room, position) in other.places {
            // Behind each other are only places before and after a log was rolled back: the later one is there yet.
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
    /// Whether it lies behind another of its log: a log that was rolled back gives its numbers out again, at later times.
    func isBehind(_ other: Self) -> Bool {
        if let time = self.time, let before = other.time, time > before { return true }
        return self.seq > other.seq
    }
}
