extension Command {
    /// `rename`: have another name, in all rooms.
    package struct Rename: CommandForm {
        static let rule = CommandRule.anybody

        package var name: UserName

        package init(name: UserName) { self.name = name }

        init(_ fields: borrowing CommandReader, _ limits: Limits) throws(ProtocolError) {
            self.name = try CommandReader.userName(try CommandReader.required(fields.name, "name"))
        }

        func write(to json: inout JSONWriter) { json.field("name", self.name.rawValue) }
    }
}
