internal import ChatSystem
internal import Synchronization

/// The languages of messages for people.
package enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case korean = "ko"

    /// The language of a locale in the environment: `ko_KR.UTF-8` is Korean, unknown ones are English.
    package init(locale: String) {
        let language = locale.prefix { $0 != "_" && $0 != "." && $0 != "@" && $0 != "-" }.lowercased()
        self = Self(rawValue: language) ?? .english
    }

    /// The language that the environment asks for, by the variables of POSIX in their order; an empty one is not set.
    package static func preferred(_ variable: (String) -> String?) -> Language {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap(variable).first { !$0.isEmpty }
        return Language(locale: locale ?? "")
    }

    /// The language of this process: that of the environment, until an option or the configuration sets another.
    package static var current: Language {
        get { self.state.withLock(\.self) }
        set { self.state.withLock { $0 = newValue } }
    }

    private static let state = Mutex(Language.preferred { Environment[$0] })

    /// Its table.
    package var phrases: [Phrase: String] {
        switch self {
        case .english: Phrase.english
        case .korean: Phrase.korean
        }
    }
}
