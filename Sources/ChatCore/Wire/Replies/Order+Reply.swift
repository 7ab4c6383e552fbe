extension Order {
    /// Writes the fields of the answer to it.
    func write(_ until: Int?, to json: inout JSONWriter) {
        if let room { json.field("room", room.rawValue) }
        switch self.act {
        case .put(let matter):
            if case .user(let user) = matter.target { json.field("user", user.rawValue) }
            if case .slow(_, let seconds) = matter { json.field("seconds", seconds) }
            if !matter.isMomentary, let until { json.field("until", until) }
        case .lift(let matter):
            if case .user(let user) = matter.target { json.field("user", user.rawValue) }
            if case .slow = matter { json.field("seconds", 0) }
        case .clear: break
        }
    }
}
