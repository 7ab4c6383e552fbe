internal import ArgumentParser
internal import ChatSystem
internal import ChatTerminal
internal import Glibc

/// When output is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never

    /// `auto` means: on a terminal, unless NO_COLOR is set (no-color.org).
    var palette: Palette {
        switch self {
        case .always: Palette(isColored: true)
        case .never: Palette(isColored: false)
        case .auto:
            Palette(isColored: Terminal.takesSequences(STDOUT_FILENO) && (Environment["NO_COLOR"] ?? "").isEmpty)
        }
    }
}

/// `--color`, for the commands that print messages.
struct ColorOption: ParsableArguments {
    @Option(help: .said("Whether to use colours: auto, always, never."))
    var color: ColorChoice?

    func palette(_ settings: Settings) -> Palette {
        if let color { return color.palette }
        guard let found = settings[.color] else { return ColorChoice.auto.palette }
        return (ColorChoice(rawValue: found.value) ?? .auto).palette
    }
}
