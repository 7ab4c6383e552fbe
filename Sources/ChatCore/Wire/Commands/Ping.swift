extension Command {
    /// `ping`: ask whether the server is there, and for its time.
    package struct Ping: CommandForm {
        static let rule = CommandRule.anybody

        package init() {}

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {}

        func write(to json: inout JSONWriter) {}
    }
}
