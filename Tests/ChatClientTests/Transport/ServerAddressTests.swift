import Testing

@testable import ChatClient

@Suite(.patience) struct ServerAddressTests {
    @Test(arguments: [
        ("ws://127.0.0.1:8080/ws", "ws://127.0.0.1:8080/ws"),
        ("http://chat.example", "ws://chat.example/ws"),
        ("https://chat.example/", "wss://chat.example/ws"),
        ("wss://chat.example:443/a/b?x=1#top", "wss://chat.example/a/b?x=1"),
        ("localhost:8080", "ws://localhost:8080/ws"),
        ("WS://[::1]:9000?room=a", "ws://[::1]:9000/ws?room=a"),
    ])
    func `addresses are read in every usual form`(raw: String, expected: String) throws {
        #expect(try ServerAddress(raw).description == expected)
    }

    @Test(arguments: [
        "", "ws://", "ftp://chat.example", "ws://host:0", "ws://host:x", "ws://host:99999", "ws://me:secret@host",
        "ws://ho st", "ws://host/a b",
    ])
    func `what is no address is refused`(raw: String) {
        #expect(throws: ClientError.self) { try ServerAddress(raw) }
    }

    @Test(
        arguments: [
            ("ws://host", "/api/rooms"), ("ws://host/ws", "/api/rooms"), ("wss://host/chat/ws?x=/y", "/chat/api/rooms"),
            ("ws://host/chat/", "/chat/api/rooms"),
        ]
    )
    func `the rooms are beside the WebSocket, wherever a proxy has put that`(raw: String, path: String) throws {
        #expect(try ServerAddress(raw).sibling("api/rooms") == path)
    }
}
