extension Command {
    /// `ping`: ask whether the server is there, and what time it has.
    package struct Ping: CommandForm {
        static let rule = CommandRule.anybody

        package init() {}

        init(_ fields: borrowing CommandFields, _ limits: Limits) throws(ProtocolError) {}

        func write(to json: inout JSONWriter) {}
    }
}
