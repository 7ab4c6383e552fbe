/// The effect of a key on the line that is being written.
enum EditCommand: Equatable, Sendable {
    case insert(String)
    case submit
    case move(Motion)
    /// Delete the text that the motion covers.
    case erase(Motion)
    /// Cut the text that the motion covers.
    case kill(Motion)
    case yank
    case transpose
    case undo
    case clear
    case previousLine
    case nextLine
    /// Search for an earlier line, or for the next match before the present one.
    case searchBackward
    /// End the search.
    case cancel

    enum Motion: Equatable, Sendable {
        case backward, forward, wordBackward, wordForward, blankBackward, toStart, toEnd

        var isBackward: Bool {
            switch self {
            case .backward, .wordBackward, .blankBackward, .toStart: true
            case .forward, .wordForward, .toEnd: false
            }
        }
    }

    var isKill: Bool { if case .kill = self { true } else { false } }
    var isTyping: Bool { if case .insert(let text) = self { text.count == 1 } else { false } }
}

extension EditCommand {
    /// The Emacs keys that shells have, and the usual keys beside them; nil for a key that edits nothing.
    init?(_ key: Key) {
        switch key {
        case .text(let text): self = .insert(text)
        case .paste(let text): self = .insert(text)
        case .control(let letter):
            guard let command = Self.controls[letter] else { return nil }
            self = command
        case .alt(let letter):
            guard let command = Self.alts[letter] else { return nil }
            self = command
        case .special(let special, let modifiers):
            guard let command = Self.special(special, modifiers) else { return nil }
            self = command
        }
    }

    private static let controls: [Character: EditCommand] = [
        "a": .move(.toStart), "b": .move(.backward), "d": .erase(.forward), "e": .move(.toEnd), "f": .move(.forward),
        "g": .cancel, "j": .submit, "k": .kill(.toEnd), "n": .nextLine, "p": .previousLine, "r": .searchBackward,
        "t": .transpose, "u": .kill(.toStart), "w": .kill(.blankBackward), "y": .yank, "_": .undo,
    ]

    private static let alts: [Character: EditCommand] = [
        "b": .move(.wordBackward), "d": .kill(.wordForward), "f": .move(.wordForward),
    ]

    private static func special(_ special: Key.Special, _ modifiers: Key.Modifiers) -> EditCommand? {
        let byWord = !modifiers.isDisjoint(with: [.alt, .control])
        return switch special {
        case .enter: modifiers.contains(.alt) ? .insert("\n") : .submit
        case .backspace: byWord ? .kill(.wordBackward) : .erase(.backward)
        case .delete: byWord ? .kill(.wordForward) : .erase(.forward)
        case .left: .move(byWord ? .wordBackward : .backward)
        case .right: .move(byWord ? .wordForward : .forward)
        case .home: .move(.toStart)
        case .end: .move(.toEnd)
        case .up: .previousLine
        case .down: .nextLine
        case .escape: .cancel
        case .tab, .pageUp, .pageDown: nil
        }
    }
}
