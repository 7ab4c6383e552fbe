/// The form in which a connection gets its messages.
enum MessageForm: Equatable {
    /// Frames of a WebSocket, compressed with a window; nil: as they are.
    case frames(DeflateWindow?)
    /// Server-Sent Events: the body of an answer that does not end.
    case serverSentEvents

    /// The window of its frames; nil when they are not compressed, or none.
    var window: DeflateWindow? {
        switch self {
        case .frames(let window): window
        case .serverSentEvents: nil
        }
    }
}

extension MessageForm {
    /// How many members of a room need their messages in a form of which there is one copy for all of them.
    struct Counts {
        private(set) var windows = PerWindow<Int32>(0)
        private(set) var streams: Int32 = 0

        /// Whether all take frames as they are.
        var isEmpty: Bool { self.streams == 0 && self.windows == PerWindow(0) }

        /// There are so many more members with a form, or fewer.
        mutating func add(_ change: Int, of form: MessageForm) {
            switch form {
            case .frames(nil): break
            case .frames(let window?): self.windows[window] += Int32(change)
            case .serverSentEvents: self.streams += Int32(change)
            }
        }
    }
}
