internal import ArgumentParser
internal import ChatCore
internal import ChatTerminal
internal import ChatWords

/// A room on the command line.
enum RoomArgument {
    /// The shell completions for a room: rooms that the user has used, on any server, without a request.
    static let completion: CompletionKind = .custom { _, _, word in
        ReadMarkFile.rooms(in: ReadMarkFile.folder).map { (word.hasPrefix("#") ? "#" : "") + $0.rawValue }
    }

    /// Reads a room from the command line, with or without the `#` that people write before it.
    static func parse(_ argument: String) throws -> RoomName {
        do {
            return try RoomName(argument.hasPrefix("#") ? String(argument.dropFirst()) : argument)
        } catch {
            throw ValidationError(Words.of(error))
        }
    }
}
