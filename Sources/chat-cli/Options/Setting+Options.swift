internal import ArgumentParser
internal import ChatSettings
internal import ChatWords

extension ArgumentHelp {
    /// The purpose of an option, in the language of the user.
    static func said(_ english: String) -> ArgumentHelp { ArgumentHelp(Sentence(english).text()) }

    /// The purpose of a setting, in the language of the user.
    fileprivate init(_ setting: Setting) {
        self.init(Sentence(setting.help, ["default": setting.fallback]).text())
    }
}

extension Option {
    /// The flag of a setting, with a value after it; perhaps with a shorter name.
    init<Text: ExpressibleByArgument>(_ setting: Setting, also short: String? = nil) where Value == Text? {
        let names = [setting.flag, short].compactMap(\.self).map { NameSpecification.Element.customLong($0) }
        self.init(name: NameSpecification(names), help: ArgumentHelp(setting))
    }
}

extension Flag where Value == Bool? {
    /// The flags of a setting that is on or off: `--bell` and `--no-bell`.
    init(_ setting: Setting) {
        self.init(name: .customLong(setting.flag), inversion: .prefixedNo, help: ArgumentHelp(setting))
    }
}
