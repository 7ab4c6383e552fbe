import ChatCore
import Foundation
import Testing

@testable import ChatClient

/// What a token says that its bearer may do.
@Suite(.patience) struct TokenRightsTests {
    private func token(_ claims: String) -> String {
        let encoded = Data(claims.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        return "e30.\(encoded.replacing("=", with: "")).signature"
    }

    @Test func `the rights of all patterns that match are added`() throws {
        let rights = TokenRights(self.token(#"{"rooms":{"팀-*":["read"],"팀-1":["moderate","of_tomorrow"],"x":7}}"#))
        #expect(rights[try RoomName("팀-1")] == [.read, .moderate])
        #expect(rights[try RoomName("팀-2")] == .read)
        #expect(rights[try RoomName("x")] == [])
    }

    @Test(arguments: [nil, "", "a.b", "a.b.c", "a.é.c", "e30.W10.x", "e30.eyJyb29tcyI6N30.x"])
    func `a token that cannot be read gives none`(token: String?) throws {
        #expect(TokenRights(token)[try RoomName("lobby")] == [])
    }
}
