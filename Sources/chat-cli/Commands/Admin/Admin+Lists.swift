internal import ArgumentParser
internal import ChatClient
internal import ChatCore
internal import ChatSystem
internal import ChatTerminal
internal import ChatWords
internal import Glibc

// The admin commands that show something.
extension Admin {
    /// `chat-cli admin rulings`.
    struct ListRulings: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "rulings",
                abstract: Sentence("Print what moderators decided and still holds.").text()
            )
        }

        @OptionGroup var admin: AdminOptions

        @Flag(help: .said("Print each as one line of JSON."))
        var json = false

        func run() async throws {
            try await self.admin.run { client throws(ClientError) in
                var cursor: String?
                repeat {
                    let page = try await client.rulings(from: cursor)
                    let lines = page.rulings.map { ruling in
                        self.json ? ruling.json : RulingText.of(ruling)
                    }
                    guard Output.write(lines.map { $0.sanitizedLine + "\n" }.joined()) else { break }
                    cursor = page.cursor
                } while cursor != nil
                return .success
            }
        }
    }

    /// `chat-cli admin log`.
    struct Log: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(abstract: Sentence("Print what moderators did: when, who, what, to whom, why.").text())
        }

        @OptionGroup var admin: AdminOptions

        @Option(help: .said("How many of the newest entries."))
        var limit = 50

        @Flag(help: .said("Print each as one line of JSON."))
        var json = false

        func validate() throws {
            guard (1...AuditPage.maximumEntries).contains(self.limit) else {
                throw ValidationError("--limit", from: 1, to: AuditPage.maximumEntries)
            }
        }

        func run() async throws {
            try await self.admin.run { client throws(ClientError) in
                let entries = try await client.log(limit: self.limit)
                Output.write(entries.map { (self.json ? $0.json.sanitizedLine : RulingText.of($0)) + "\n" }.joined())
                return .success
            }
        }
    }

    /// `chat-cli admin connections`.
    struct Connections: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: Sentence("Print a user's connections to the node that answers: address, rooms.").text()
            )
        }

        @OptionGroup var admin: AdminOptions

        @Argument(help: .said("The id of a user."))
        var user: String

        func validate() throws {
            guard UserID(checking: self.user) != nil else {
                throw ValidationError(saying: "a user's id has 1 to 64 printable ASCII characters")
            }
        }

        func run() async throws {
            try await self.admin.run { client throws(ClientError) in
                for connection in try await client.connections(of: UserID(self.user)) {
                    let rooms = connection["rooms"]?.array?.compactMap(\.string).joined(separator: " ") ?? ""
                    let address = connection["address"]?.string ?? "-"
                    Output.write("\(address.sanitizedLine)\t\(rooms.sanitizedLine)\n")
                }
                return .success
            }
        }
    }
}

/// Rulings, and what moderators did, in one line for people.
enum RulingText {
    static func of(_ ruling: Ruling) -> String {
        var line = Sentence(self.sentence(ruling.matter), self.values(ruling.matter)).text()
        if let end = ruling.expiresAt, !ruling.matter.isMomentary {
            line += " " + Sentence("until {time}", ["time": LocalTime(milliseconds: end).timestamp]).text()
        }
        return ruling.reason.isEmpty ? line : "\(line): \(ruling.reason)"
    }

    static func of(_ entry: AuditEntry) -> String {
        let time = LocalTime(milliseconds: entry.time).timestamp
        let what = [entry.verb, entry.target, entry.room.map { "#\($0)" } ?? "", entry.amount.map(String.init) ?? ""]
        let words = what.filter { !$0.isEmpty }.joined(separator: " ").sanitizedLine
        var line = "\(time)\t\(entry.issuer.sanitizedLine)\t\(words)"
        if let end = entry.until {
            line += " " + Sentence("until {time}", ["time": LocalTime(milliseconds: end).timestamp]).text()
        }
        return entry.reason.isEmpty ? line : "\(line)\t\(entry.reason.sanitizedLine)"
    }

    private static func sentence(_ matter: Ruling.Matter) -> String {
        switch matter {
        case .ban(_, nil): "{who} is banned from the server"
        case .ban: "{who} is banned from {room}"
        case .mute(_, nil): "{who} is muted everywhere"
        case .mute: "{who} is muted in {room}"
        case .kick: "{who} was removed from {room}"
        case .revocation: "{who} are not valid any more"
        case .closed: "{room} is closed"
        case .slow: "{room}: one thing in {seconds} s from each user"
        case .words: "{room} does not take {count} words"
        case .reserved: "the name {name} belongs to {user}"
        }
    }

    private static func values(_ matter: Ruling.Matter) -> KeyValuePairs<String, String> {
        let (who, room) = (matter.shownTarget, matter.room?.rawValue ?? "")
        return switch matter {
        case .ban(_, nil), .mute(_, nil), .revocation: ["who": who]
        case .ban, .mute, .kick: ["who": who, "room": room]
        case .closed: ["room": room]
        case .slow(_, let seconds): ["room": room, "seconds": "\(seconds)"]
        case .words(_, let words): ["room": room, "count": "\(words.count)"]
        case .reserved(let name, let user): ["name": name.rawValue, "user": user.rawValue]
        }
    }
}
