internal import ChatCore
internal import Foundation
internal import NIOCore

/// Where a reader stands in each room, as a file: what `tail --state` remembers from one run to the next.
struct Positions: Equatable, Sendable {
    private struct Contents: Encodable {
        var version = 1
        var rooms: [String: Place]
    }

    private struct Place: Encodable {
        var epoch: String
        var seq: Int
        var time: Int?
    }

    private(set) var places: [RoomName: LogPosition] = [:]

    init() {}

    /// Reads what was remembered.
    ///
    /// - Parameter bytes: The file.
    /// - Throws: ``SettingError`` when it is something else: then nothing may be overwritten.
    init(reading bytes: [UInt8]) throws(SettingError) {
        guard let contents = try? JSONValue(ByteBuffer(bytes: bytes)), contents["version"] == .integer(1),
            case .object(let rooms)? = contents["rooms"]
        else { throw SettingError("this is no state of chat-cli tail") }
        for (room, place) in rooms {
            guard let room = try? RoomName(room.rawValue), let epoch = place["epoch"]?.string,
                let epoch = try? Epoch(epoch), let seq = place["seq"]?.count
            else { throw SettingError("this is no state of chat-cli tail") }
            self.places[room] = LogPosition(epoch: epoch, seq: seq, time: place["time"]?.count)
        }
    }

    subscript(room: RoomName) -> LogPosition? {
        get { self.places[room] }
        set { self.places[room] = newValue }
    }

    /// The file.
    var text: String {
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

/// Keeps ``Positions`` in a file: soon after each change, and at the end.
///
/// A position is noted only after the message was written to standard output, so that what is remembered was printed. The
/// other way round does not hold: a process that is killed may print again what it printed in its last tenth of a second.
actor PositionFile {
    private static let delay: Duration = .milliseconds(100)

    private let path: String
    private var positions: Positions
    private var saved: Positions
    private let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    /// Opens the file; one process at a time.
    ///
    /// - Parameter path: The file; it need not be there.
    /// - Throws: ``SettingError``.
    init(_ path: String) throws(SettingError) {
        // The lock stands beside the file itself: two links to it are the same state.
        let path = try AtomicFile.target(of: path)
        self.path = path
        (self.changes, self.changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        guard try AtomicFile.lock(path + ".lock") else {
            throw SettingError("{path}: another process uses it", ["path": path])
        }
        if let bytes = try AtomicFile.read(path) {
            do throws(SettingError) { self.positions = try Positions(reading: bytes) } catch {
                throw SettingError(at: path, error.message)
            }
        } else {
            self.positions = Positions()
        }
        self.saved = self.positions
    }

    subscript(room: RoomName) -> LogPosition? { self.positions[room] }

    /// Everything up to here was printed, or told to be lost.
    func note(_ room: RoomName, _ position: LogPosition) {
        self.positions[room] = position
        self.changed.yield()
    }

    /// Saves soon after each change, until the task is cancelled.
    ///
    /// - Throws: ``SettingError`` when the file cannot be written: going on would mean to forget.
    func keepSaving() async throws(SettingError) {
        for await _ in self.changes {
            try? await Task.sleep(for: Self.delay)
            try self.save()
        }
    }

    /// Saves at once, if there is anything new.
    func save() throws(SettingError) {
        guard self.positions != self.saved else { return }
        try AtomicFile.write(self.positions.text, to: self.path)
        self.saved = self.positions
    }
}
