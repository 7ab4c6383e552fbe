import ChatCore
import Foundation
import Testing

@testable import ChatTerminal

/// The marks that tell people apart, as on the page (Tests/Vectors/lookalikes.json).
@Suite(.patience) struct NamesakesTests {
    struct Vector: Decodable, Sendable, CustomTestStringConvertible {
        /// The id and the name of each.
        var people: [[String]]
        var labels: [String]
        var why: String

        var testDescription: String { self.why }
    }

    private struct Vectors: Decodable { var labels: [Vector] }

    private static let vectors: [Vector] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Vectors/lookalikes.json")
        return (try? JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file)))?.labels ?? []
    }()

    @Test func `there are vectors`() { #expect(Self.vectors.count > 5) }

    @Test(arguments: NamesakesTests.vectors)
    func `people are told apart`(vector: Vector) {
        let people = vector.people.map { (id: UserID($0[0]), name: $0[1]) }
        let namesakes = Namesakes(people)
        #expect(people.map { namesakes.label($0.name, $0.id) } == vector.labels)
    }

    @Test func `a user with two names is one person`() {
        let mina = UserID("u111aaaa1111")
        let namesakes = Namesakes([(id: mina, name: "Mina"), (id: mina, name: "MINA"), (id: mina, name: "Jun")])
        #expect(namesakes.label("Mina", mina) == "Mina")
    }

    @Test func `somebody who is not there is told apart from who is`() {
        let namesakes = Namesakes([(id: UserID("u111aaaa1111"), name: "Mina")])
        #expect(namesakes.label("M1na", UserID("u222bbbb2222")) == "M1na·2222")
    }

    @Test(arguments: [("Mina·1111", true), ("mina·1111", true), ("Mina·2222", false), ("Minas", false), ("Mina", true)])
    func `a name with its mark names the user`(written: String, isNamed: Bool) {
        #expect(Namesakes.names(written, "Mina", UserID("u111aaaa1111")) == isNamed)
    }
}

@Suite(.patience) struct NamesakesInRoomsTests {
    private let lobby: RoomName
    private let mina: User
    private let other: User

    init() throws {
        self.lobby = try RoomName("lobby")
        self.mina = User(id: UserID("u111aaaa1111"), name: try UserName("Mina"))
        self.other = User(id: UserID("u222bbbb2222"), name: try UserName("Mіna"))
    }

    private func rooms(_ members: [User]) -> JoinedRooms {
        var rooms = JoinedRooms(current: self.lobby)
        rooms.add(self.lobby)
        rooms.listed(MemberPage(members: members, count: members.count, cursor: nil, version: 1), in: self.lobby)
        return rooms
    }

    private func change(_ user: User) -> PresenceChange {
        PresenceChange(room: self.lobby, user: user, memberCount: 2, version: 2)
    }

    private func message(_ user: User) -> Message {
        Message(room: self.lobby, position: nil, time: 0, sender: user, text: "hi", kind: .text, key: nil)
    }

    @Test func `the mark comes with the namesake and goes with it`() {
        var rooms = self.rooms([self.mina])
        #expect(rooms.label(self.mina, in: self.lobby) == "Mina")
        rooms.changed(self.change(self.other), name: self.other.name.rawValue)
        #expect(rooms.label(self.mina, in: self.lobby) == "Mina·1111")
        rooms.changed(self.change(self.other), name: "Jun")
        #expect(rooms.label(self.mina, in: self.lobby) == "Mina")
        rooms.changed(self.change(self.other), name: "mina")
        #expect(rooms.label(self.mina, in: self.lobby) == "Mina·1111")
        rooms.changed(self.change(self.other), name: nil)
        #expect(rooms.label(self.mina, in: self.lobby) == "Mina")
    }

    @Test func `who spoke and left is still told apart`() {
        var rooms = self.rooms([self.mina])
        _ = rooms.show(self.message(self.other), isMention: false, isOwn: false)
        #expect(rooms.label(self.mina, in: self.lobby) == "Mina·1111")
        #expect(rooms.label(self.other, in: self.lobby) == "Mіna·2222")
    }

    @Test func `a written name means those with exactly this name, or else those who look like it`() {
        let rooms = self.rooms([self.mina, self.other])
        #expect(rooms.users(named: "MINA", in: self.lobby).map(\.id) == [self.mina.id])
        #expect(rooms.users(named: "M1na", in: self.lobby).map(\.id) == [self.mina.id, self.other.id])
        #expect(rooms.users(named: "Mina·2222", in: self.lobby).map(\.id) == [self.other.id])
        #expect(rooms.users(named: "Jun", in: self.lobby).isEmpty)
    }
}
