import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct RoomPatternTests {
    private func matches(_ pattern: String, _ room: String) throws -> Bool {
        try #require(RoomPattern(pattern)).matches(try RoomName(room))
    }

    @Test(arguments: [
        ("lobby", "lobby"), ("*", "lobby"), ("**", "lobby"), ("lob*", "lobby"), ("*by", "lobby"), ("l*y", "lobby"),
        ("lobby*", "lobby"), ("*lobby", "lobby"), ("l*b*y", "lobby"), ("*o*b*", "lobby"), ("team-*", "team-"),
        ("a*a", "aa"), ("*ab*ab*", "abab"), ("*aab*", "aaab"), ("*abcabd*", "abcabcabd"), ("래블*", "래블업"),
        ("*업", "래블업"), ("cafe\u{301}", "caf\u{E9}"), ("\u{1105}\u{1162}*", "래블업"),
    ])
    func `a pattern matches`(pattern: String, room: String) throws { #expect(try self.matches(pattern, room)) }

    @Test(arguments: [
        ("lobby", "Lobby"), ("lob", "lobby"), ("lobby", "lob"), ("lob*", "lo"), ("*by", "lobbyist"), ("l*x", "lobby"),
        ("a*a", "a"), ("ab*ba", "aba"), ("*ab*ab*", "aba"), ("team-*", "steam-1"), ("가*", "각"), ("e*", "\u{E9}"),
        ("lobby?", "lobby1"), ("lobb.", "lobby"), ("#*", "lobby"),
    ])
    func `a pattern does not match`(pattern: String, room: String) throws { #expect(try !self.matches(pattern, room)) }

    @Test func `what is no pattern is refused`() {
        #expect(RoomPattern("") == nil)
        #expect(RoomPattern(String(repeating: "a", count: RoomPattern.maximumBytes)) != nil)
        #expect(RoomPattern(String(repeating: "a", count: RoomPattern.maximumBytes + 1)) == nil)
        #expect(RoomPattern("a" + String(repeating: "\u{301}", count: StreamSafe.maximumMarks + 1)) == nil)
    }

    @Test(arguments: [("*", true), ("***", true), ("a*", false), ("*a", false), ("a", false)])
    func `some patterns are for all rooms`(pattern: String, isForAll: Bool) throws {
        #expect(try #require(RoomPattern(pattern)).isForAll == isForAll)
    }

    @Test(arguments: [("team-*-x", "team-"), ("*", ""), ("lobby", "lobby"), ("*x", "")])
    func `the beginning of all names that match is known`(pattern: String, beginning: String) throws {
        #expect(try #require(RoomPattern(pattern)).beginning == beginning)
    }

    /// The slow way: tries every length for every star.
    private func slowly(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") {
            return (name.startIndex...name.endIndex).contains { self.slowly(pattern.dropFirst(), name[$0...]) }
        }
        return name.first == first && self.slowly(pattern.dropFirst(), name.dropFirst())
    }

    @Test func `patterns of few letters match like the slow way says`() throws {
        var generator = SeededGenerator(5)
        for _ in 0..<5000 {
            let pattern = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
                "ab*".randomElement(using: &generator) ?? "a"
            }
            let name = (0..<Int.random(in: 1...10, using: &generator)).map { _ in
                "ab".randomElement(using: &generator) ?? "a"
            }
            let expected = self.slowly(Array(String(pattern).utf8)[...], Array(String(name).utf8)[...])
            #expect(try self.matches(String(pattern), String(name)) == expected, "\(String(pattern)) \(String(name))")
        }
    }
}
