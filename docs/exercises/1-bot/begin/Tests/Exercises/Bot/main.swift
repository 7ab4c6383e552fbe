import ChatClient
import ChatCore
import Foundation

// Exercise 1: a bot. CHAT_SERVER says where the server is, and the first argument which room the bot joins.
let address = ProcessInfo.processInfo.environment["CHAT_SERVER"] ?? "ws://127.0.0.1:8080/ws"
let room = try RoomName(CommandLine.arguments.dropFirst().first ?? "lobby")
print("there is no bot for \(room) at \(address) yet")
