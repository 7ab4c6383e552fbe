/// The fields of an `ok`; the command that it answers defines their meaning.
///
/// The type of an `ok` does not say which command it answers: only the client that chose the id knows.
package struct ReplyFields: Equatable, Sendable {
    /// The id of the command that it answers.
    package var id: Int
    let json: JSONValue
}

/// Each function reads the fields of the `ok` to one command, and throws ``JSONError`` when they are wrong.
extension ReplyFields {
    /// The answer to a `join`.
    package func joined() throws(JSONError) -> JoinReply {
        JoinReply(
            room: try self.json.room(),
            head: try self.json.position(),
            recovered: try self.json.required("recovered", \.bool),
            replay: try self.json.required("replay", \.count),
            members: try self.members()
        )
    }

    /// The answer to a `send`: the message is stored.
    package func receipt() throws(JSONError) -> Receipt {
        Receipt(
            position: try self.json.position(),
            time: try self.json.required("time", \.count),
            isDuplicate: try self.json.required("duplicate", \.bool),
            replicas: self.json["replicas"]?.count
        )
    }

    /// The answer to `members`.
    package func members() throws(JSONError) -> MemberPage {
        MemberPage(
            members: try self.json.elements("members", User.init),
            count: try self.json.required("member_count", \.count),
            cursor: self.json["cursor"]?.shown,
            version: try self.json.required("presence_version", \.count)
        )
    }

    /// The answer to `history`.
    package func history() throws(JSONError) -> HistoryPage {
        HistoryPage(
            room: try self.json.room(),
            epoch: try self.json.epoch(),
            messages: try self.json.elements("messages", Message.init),
            hasOlder: try self.json.required("more", \.bool)
        )
    }

    /// The answer to a `rename`: the user with the new name.
    package func renamed() throws(JSONError) -> User { try self.json.user("user") }

    /// The answer to a `refresh`: the seconds for which the new token is good.
    package func tokenSeconds() throws(JSONError) -> Int { try self.json.required("token_seconds", \.count) }

    /// The answer to `ping`: the server's clock.
    package func time() throws(JSONError) -> Int { try self.json.required("time", \.count) }
}
