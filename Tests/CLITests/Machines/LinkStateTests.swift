import ChatCore
import Testing

@testable import ChatClient
@testable import ChatTerminal

@Suite(.patience) struct LinkStateTests {
    private let welcome: Welcome
    private let other: Welcome
    private let now = ContinuousClock.now

    init() throws {
        func welcome(_ id: String) throws -> Welcome {
            Welcome(
                user: User(id: UserID(id), name: try UserName("Jun")),
                session: try #require(SessionSecret("0123456789abcdef")),
                resumed: false,
                node: "n1",
                server: "test",
                limits: Welcome.Limits(Limits()),
                pingSeconds: 25
            )
        }
        (self.welcome, self.other) = (try welcome("u1"), try welcome("u2"))
    }

    private func isWarning(_ change: LinkState.OnChange) -> Bool { if case .warning = change { true } else { false } }
    private func isNotice(_ change: LinkState.OnChange) -> Bool { if case .notice = change { true } else { false } }

    @Test func `a try that fails like the one before is not told again, until one succeeded`() {
        var link = LinkState()
        let refused = ConnectionState.waiting(.seconds(1), ConnectionFailure("Connection refused"))
        let unreachable = ConnectionState.waiting(.seconds(1), ConnectionFailure("No route to host"))
        var changes = [link.changed(to: refused), link.changed(to: .connecting), link.changed(to: refused)]
        #expect(self.isWarning(changes[0]) && changes[1] == .redraw && changes[2] == .redraw)
        changes = [
            link.changed(to: unreachable), link.changed(to: .connected(self.welcome)), link.changed(to: unreachable),
        ]
        #expect(self.isWarning(changes[0]) && self.isNotice(changes[1]) && self.isWarning(changes[2]))
    }

    @Test func `the user is the one of the last welcome, also while there is no connection`() throws {
        var link = LinkState()
        #expect(link.user == nil && !link.isConnected)
        _ = link.changed(to: .connected(self.welcome))
        _ = link.changed(to: .connecting)
        #expect(link.user?.id == self.welcome.user.id && !link.isConnected)
        link.renamed(to: User(id: UserID("u9"), name: try UserName("Sam")))
        #expect(link.user?.name.rawValue == "Jun")
        link.renamed(to: User(id: UserID("u1"), name: try UserName("Sam")))
        #expect(link.user?.name.rawValue == "Sam")
    }

    @Test func `the way is measured soon after a connect and then now and then`() {
        var link = LinkState()
        var due = [link.isDue(now: self.now)]
        _ = link.changed(to: .connected(self.welcome))
        due += [0, 1, 19, 20, 21].map { link.isDue(now: self.now + .seconds($0)) }
        _ = link.changed(to: .connecting)
        due.append(link.isDue(now: self.now + .seconds(22)))
        _ = link.changed(to: .connected(self.welcome))
        due.append(link.isDue(now: self.now + .seconds(23)))
        #expect(due == [false, true, false, false, true, false, false, true])
    }

    @Test func `what was measured on another connection says nothing`() {
        var link = LinkState()
        _ = link.changed(to: .connected(self.welcome))
        link.measured(.milliseconds(3), since: self.other)
        #expect(link.latency == nil)
        link.measured(.milliseconds(3), since: self.welcome)
        #expect(link.latency == .milliseconds(3))
        _ = link.changed(to: .connected(self.other))
        #expect(link.latency == nil)
    }
}
