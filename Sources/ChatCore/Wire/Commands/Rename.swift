extension Command {
    /// `rename`: have another name, in all rooms.
    package struct Rename: CommandForm {
        static let rule = CommandRule.anybody

        package var name: UserName

        package init(name: UserName) { self.name = name }

        init(_ fields: borrowing CommandFields, _ limits: Limits) throws(ProtocolError) {
            self.name = try CommandFields.userName(try CommandFields.required(fields.name, "name"))
        }

        func write(to json: inout JSONWriter) { json.field("name", self.name.rawValue) }
    }
}
