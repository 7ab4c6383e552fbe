import ChatClient
import ChatCore

/// Says hello in the lobby, and shows what is said there until the task is cancelled.
///
/// - Parameters:
///   - url: The address of a server, such as `ws://127.0.0.1:8080`.
///   - name: The name of who speaks.
///   - show: Called with each message, in order and once.
/// - Throws: `ClientError` when the server ends it for good, `ProtocolError` when the name is not valid.
public func talk(at url: String, as name: String, show: (String) -> Void) async throws {
    let server = try ServerAddress(url)
    let lobby = try RoomName("lobby")
    let client = try ChatClient(.init(server: server, name: UserName(name)))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await client.run() }
        try await client.join(lobby, from: .last(20))
        try await client.send(lobby, "hello")
        for await case .received(.message(let message)) in client.events {
            show("\(message.sender.name): \(message.text)")
        }
    }
}
