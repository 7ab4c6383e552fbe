extension Command {
    /// `refresh`: go on with another token of the same user.
    package struct Refresh: CommandForm {
        static let rule = CommandRule.anybody

        package var token: String

        package init(token: String) { self.token = token }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.token = try CommandReader.required(fields.token, "token").string
        }

        func write(to json: inout JSONWriter) { json.field("token", self.token) }
    }
}
