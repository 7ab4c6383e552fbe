extension Command {
    /// `hello`: identifies the client.
    package struct Hello: CommandForm {
        static let rule = CommandRule.first

        package var name: UserName?
        package var session: SessionSecret?
        package var token: String?

        package init(name: UserName? = nil, session: SessionSecret? = nil, token: String? = nil) {
            self.name = name
            self.session = session
            self.token = token
        }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.token = fields.token?.string
            if let name = fields.name { self.name = try CommandReader.userName(name) }
            // An invalid secret is treated like an unknown one: a new user, never an error.
            if let session = fields.session {
                self.session = SessionSecret(session.string(atMost: SessionSecret.maximumBytes))
            }
        }

        func write(to json: inout JSONWriter) {
            if let name { json.field("name", name.rawValue) }
            if let session { json.field("session", session.rawValue) }
            if let token { json.field("token", token) }
        }
    }
}
