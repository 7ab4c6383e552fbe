package import ChatCore
internal import ChatSystem
internal import Foundation

/// A file, one for each server, with the read position of each room.
///
/// The program works without it: a file that cannot be read counts as empty, and one that cannot be written is skipped.
package struct ReadMarkFile: Sendable {
    /// The most rooms that are remembered; a file with more was written by an older program or by hand.
    package static let maximumRooms = 1000

    /// The folder with the files of all servers.
    package static var folder: String { Folders.chatCLI.state + "/read" }

    package let path: String

    package init(path: String) { self.path = path }

    /// The rooms in all files of a folder, sorted; other files have none.
    package static func rooms(in folder: String) -> [RoomName] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let rooms = names.flatMap { Self(path: folder + "/" + $0).load().places.keys }
        return Set(rooms).sorted { $0.rawValue < $1.rawValue }
    }

    package func load() -> Positions {
        guard let bytes = try? AtomicFile.read(self.path), let positions = try? Positions(reading: bytes) else {
            return Positions()
        }
        return positions
    }

    package func save(_ positions: Positions) {
        // Another session of the same user may have read elsewhere, or further.
        let merged = self.load().merging(positions)
        guard !merged.places.isEmpty, merged.places.count <= Self.maximumRooms else { return }
        try? AtomicFile.write(merged.text, to: self.path)
    }
}
