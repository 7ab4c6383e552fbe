internal import ArgumentParser
internal import ChatSettings
internal import ChatTerminal

/// `--color`, for the commands that print messages.
struct ColorOption: ParsableArguments {
    @Option(.color)
    var color: ColorChoice?

    func palette(_ settings: ClientSettings) -> Palette {
        if let color { return color.palette }
        guard let found = settings[.color] else { return ColorChoice.auto.palette }
        return (ColorChoice(rawValue: found.value) ?? .auto).palette
    }
}

extension ColorChoice: ExpressibleByArgument {}
