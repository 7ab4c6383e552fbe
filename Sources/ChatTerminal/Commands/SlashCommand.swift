internal import ChatCore
internal import ChatWords

/// A command for the input line.
///
/// A command is one file of this folder, with its help in both languages, and a row in ``SlashCommands``.
protocol SlashCommand: Sendable {
    /// The word after the slash.
    static var name: String { get }
    /// The arguments, for the help.
    static var argument: Wording { get }
    /// Its effect, in one line.
    static var help: Wording { get }
    /// Whether its argument is a room, so that Tab offers rooms.
    static var takesRoom: Bool { get }
    /// Whether only those see it in the help who may moderate the room.
    static var isForModerators: Bool { get }

    /// Carries the command out.
    ///
    /// - Parameters:
    ///   - argument: The text after the name, without blanks around it.
    ///   - conversation: The conversation in which it was entered.
    static func run(_ argument: String, in conversation: isolated Conversation) async
}

extension SlashCommand {
    static var argument: Wording { Wording("", korean: "") }
    static var takesRoom: Bool { false }
    static var isForModerators: Bool { false }

    /// Whether there is a text; warns when it is missing.
    static func isText(_ argument: String, in conversation: isolated Conversation) -> Bool {
        guard argument.isEmpty else { return true }
        conversation.warn(Phrase.wantsText(["command": self.name]))
        return false
    }

    /// The room of a name, with or without `#` before it; nil, after a warning, when it is not a valid name of a room.
    static func room(_ name: String, in conversation: isolated Conversation) -> RoomName? {
        do throws(ProtocolError) {
            return try RoomName(name.hasPrefix("#") ? String(name.dropFirst()) : name)
        } catch {
            conversation.warn(Words.of(error))
            return nil
        }
    }

    /// Reads `on`, `off` or nothing, which toggles a switch; nil, after a warning, for anything else.
    static func turned(_ argument: String, _ isOn: Bool, in conversation: isolated Conversation) -> Bool? {
        switch argument.lowercased() {
        case "": return !isOn
        case "on": return true
        case "off": return false
        default:
            conversation.warn(Phrase.onOrOff(["command": self.name]))
            return nil
        }
    }
}
