import ChatCore
import ChatHTTP
import HTTPTypes
import NIOCore
import Testing

@testable import ChatNode

@Suite(.patience)
struct DoorMachineTests {
    private let start = ContinuousClock.now

    private func machine(refusal: Disconnect? = nil, awaitsTLS: Bool = false) -> DoorMachine {
        let policy = DoorPolicy(
            hosts: .local,
            webSockets: UpgradeCheck(origins: .sameHost, isSecure: false, deflates: true),
            proxies: TrustedProxies(),
            maximumBody: 1000,
            hasEcho: false
        )
        return DoorMachine(policy: policy, peer: nil, refusal: refusal, awaitsTLS: awaitsTLS, now: self.start)
    }

    /// What an action is called, and what it says.
    private func name(_ action: DoorMachine.OnBytes) -> String {
        switch action {
        case .wait: "wait"
        case .sendContinue: "continue"
        case .open(.chat(_, let query, _, _, _), let rest): "chat \(query ?? "-") +\(rest.readableBytes)"
        case .open(.echo, _): "echo"
        case .open(.parting(_, let reason), _): "part \(reason.code)"
        case .serve(let head, let body, _, let isLast):
            "serve \(head.target.path) \(body.readableBytes)\(isLast ? "." : "")"
        case .answer(let error, _, let isLast): "answer \(error.status.code)\(isLast ? "." : "")"
        case .allow(let methods, _): "allow \(methods.count)"
        case .fault(let fault): "fault \(fault.status)"
        case .close: "close"
        }
    }

    private func receive(_ machine: inout DoorMachine, _ text: String, after: Duration = .zero) -> String {
        self.name(machine.receive(ByteBuffer(string: text), now: self.start + after))
    }

    @Test func `a handshake of TLS has ten seconds, and the first byte of a request the usual time after it`() {
        var machine = self.machine(awaitsTLS: true)
        #expect(machine.isReading)
        #expect(machine.check(waiting: 0, now: self.start + .seconds(9)) == .wait)
        machine.secured(now: self.start + .seconds(9))
        #expect(machine.check(waiting: 0, now: self.start + .seconds(23)) == .wait)
        #expect(self.receive(&machine, Handshake.get("/a"), after: .seconds(23)) == "serve /a 0")

        var slow = self.machine(awaitsTLS: true)
        #expect(slow.check(waiting: 0, now: self.start + .seconds(10)) == .close)
        slow.secured(now: self.start + .seconds(10))
        #expect(self.receive(&slow, Handshake.get("/a"), after: .seconds(10)) == "wait")
    }

    @Test func `what a request keeps is counted before it is complete`() {
        // Each of these bytes becomes three.
        let target = "/?" + String(repeating: "é", count: 4000)
        var head = self.machine()
        #expect(self.receive(&head, "POST \(target) HTTP/1.1\r\n") == "wait")
        #expect(head.heldBytes >= 24_000 + 8000)
        #expect(self.receive(&head, "Host: localhost\r\nContent-Length: 100\r\n\r\n") == "wait")
        #expect(head.heldBytes >= 24_000 + 8000)
        #expect(self.receive(&head, String(repeating: "x", count: 100)) == "serve / 100")
        #expect(head.heldBytes == 0)
    }

    @Test func `a peer that does not speak TLS where it has to is answered once, and what follows is ignored`() {
        var machine = self.machine(awaitsTLS: true)
        #expect(self.name(machine.spokePlainly(now: self.start)) == "fault 400")
        #expect(self.receive(&machine, Handshake.get("/a")) == "wait")
        #expect(machine.answered(now: self.start) == .linger)
        #expect(self.receive(&machine, Handshake.get("/a")) == "wait")
        #expect(machine.check(waiting: 0, now: self.start + .seconds(5)) == .close)

        var open = self.machine()
        #expect(self.name(open.spokePlainly(now: self.start)) == "wait")
    }

    @Test func `a handshake of TLS ends with its peer, and with the node`() {
        var left = self.machine(awaitsTLS: true)
        #expect(self.name(left.inputEnded()) == "close")
        var drained = self.machine(awaitsTLS: true)
        #expect(drained.drain(now: self.start) == .close)
    }

    @Test func `bytes behind a handshake go with it`() {
        var machine = self.machine()
        #expect(self.receive(&machine, Handshake.text("/ws?room=a") + "x") == "chat room=a +1")
        #expect(self.receive(&machine, "more") == "wait")
    }

    @Test func `a request is answered before the next one is looked at`() {
        var machine = self.machine()
        #expect(self.receive(&machine, Handshake.get("/a") + Handshake.text()) == "serve /a 0")
        #expect(!machine.isReading)
        #expect(self.name(machine.next(now: self.start)) == "wait")
        #expect(machine.answered(now: self.start) == .goOn)
        #expect(self.name(machine.next(now: self.start)) == "chat - +0")
    }

    @Test func `a refused handshake is answered, and the connection goes on`() {
        var machine = self.machine()
        #expect(self.receive(&machine, Handshake.text("/ws", "Origin: http://evil.example")) == "answer 403")
        #expect(machine.answered(now: self.start) == .goOn)
        #expect(self.receive(&machine, Handshake.get("/ws")) == "answer 426")
        #expect(machine.answered(now: self.start) == .goOn)
        #expect(self.receive(&machine, Handshake.text()) == "chat - +0")
    }

    @Test(arguments: [
        ("FOO / HTTP/1.1\r\n", 501), ("GET / HTTP/9.9\r\n", 505), ("\u{16}\u{3}\u{1}", 400),
        ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ])
    func `what is malformed ends the connection after its answer`(text: String, status: Int) {
        var machine = self.machine()
        #expect(self.receive(&machine, text) == "fault \(status)")
        #expect(machine.answered(now: self.start) == .linger)
        #expect(self.receive(&machine, Handshake.get()) == "wait")
        #expect(machine.check(waiting: 0, now: self.start + .seconds(4)) == .wait)
        #expect(machine.check(waiting: 0, now: self.start + .seconds(5)) == .close)
    }

    @Test func `leave to send a body is given once, and not where nobody wants it`() {
        let head = "POST /a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        var machine = self.machine()
        #expect(self.receive(&machine, head + "Content-Length: 3\r\n\r\n") == "continue")
        #expect(self.name(machine.next(now: self.start)) == "wait")
        #expect(self.receive(&machine, "abc") == "serve /a 3")
        var impatient = self.machine()
        #expect(self.receive(&impatient, head + "Content-Length: 3\r\n\r\nabc") == "serve /a 3")
        var wrong = self.machine()
        #expect(self.receive(&wrong, head.replacing("/a", with: "/ws") + "Content-Length: 3\r\n\r\n") == "answer 405.")
    }

    @Test func `a head and a body have their time, and a silent peer too`() {
        var silent = self.machine()
        #expect(silent.check(waiting: 0, now: self.start + .seconds(14)) == .wait)
        #expect(silent.check(waiting: 0, now: self.start + .seconds(15)) == .close)
        var slow = self.machine()
        #expect(self.receive(&slow, "GET /", after: .seconds(10)) == "wait")
        #expect(self.receive(&slow, " HT", after: .seconds(20)) == "wait")
        #expect(slow.check(waiting: 0, now: self.start + .seconds(24)) == .wait)
        guard case .fault(let fault) = slow.check(waiting: 0, now: self.start + .seconds(25)) else {
            Issue.record("a head may take for ever")
            return
        }
        #expect(fault.status == 408)
        var dripping = self.machine()
        let post = "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n"
        #expect(self.receive(&dripping, post) == "wait")
        for second in 1..<10 { #expect(self.receive(&dripping, "a", after: .seconds(second)) == "wait") }
        #expect(dripping.check(waiting: 0, now: self.start + .seconds(9)) == .wait)
        guard case .fault = dripping.check(waiting: 0, now: self.start + .seconds(10)) else {
            Issue.record("a body may come as slowly as it likes")
            return
        }
    }

    @Test func `a connection may be idle for longer than proxies let it, and an answer must be taken`() {
        var machine = self.machine()
        #expect(self.receive(&machine, Handshake.get("/a")) == "serve /a 0")
        #expect(machine.check(waiting: 90_000, now: self.start + .seconds(20)) == .wait)
        #expect(machine.check(waiting: 60_000, now: self.start + .seconds(45)) == .wait)
        #expect(machine.check(waiting: 59_000, now: self.start + .seconds(74)) == .wait)
        // A little is not enough: an answer that is held costs memory.
        #expect(machine.check(waiting: 58_000, now: self.start + .seconds(75)) == .close)
        var idle = self.machine()
        #expect(self.receive(&idle, Handshake.get("/a")) == "serve /a 0")
        #expect(idle.answered(now: self.start) == .goOn)
        #expect(idle.check(waiting: 0, now: self.start + .seconds(129)) == .wait)
        #expect(idle.check(waiting: 0, now: self.start + .seconds(130)) == .close)
    }

    @Test func `who has no place is told so in the way that it can hear`() {
        var page = self.machine(refusal: .overCapacity)
        #expect(self.receive(&page, Handshake.get("/a")) == "answer 503.")
        #expect(page.answered(now: self.start) == .linger)
        var socket = self.machine(refusal: .overCapacity)
        #expect(self.receive(&socket, Handshake.text()) == "part 1013")
        #expect(socket.check(waiting: 0, now: self.start + .seconds(5)) == .close)
        var health = self.machine(refusal: .overCapacity)
        #expect(self.receive(&health, Handshake.get("/healthz")) == "serve /healthz 0.")
    }

    @Test func `a node that goes away answers what is asked, and waits for nothing else`() {
        var idle = self.machine()
        #expect(idle.drain(now: self.start) == .close)
        var asking = self.machine()
        #expect(self.receive(&asking, Handshake.get("/a")) == "serve /a 0")
        #expect(asking.drain(now: self.start) == .wait)
        #expect(asking.answered(now: self.start) == .linger)
        var half = self.machine()
        #expect(self.receive(&half, "GET /") == "wait")
        #expect(half.drain(now: self.start) == .wait)
        #expect(half.check(waiting: 0, now: self.start + .seconds(5)) == .close)
    }

    @Test func `who says that it sends nothing more gets its answers, and is closed after them`() {
        var machine = self.machine()
        #expect(self.receive(&machine, Handshake.get("/a") + Handshake.get("/b")) == "serve /a 0")
        #expect(self.name(machine.inputEnded()) == "wait")
        #expect(machine.answered(now: self.start) == .goOn)
        #expect(self.name(machine.next(now: self.start)) == "serve /b 0")
        #expect(machine.answered(now: self.start) == .goOn)
        #expect(self.name(machine.next(now: self.start)) == "close")
    }

    @Test func `what the system gives at the end of the stream is bounded`() {
        var machine = self.machine()
        #expect(self.receive(&machine, Handshake.get("/a")) == "serve /a 0")
        #expect(self.receive(&machine, String(repeating: "a", count: DoorMachine.maximumWaiting + 1)) == "wait")
        #expect(machine.answered(now: self.start) == .linger)
    }

    @Test(arguments: [
        ("localhost", true), ("LOCALHOST:8080", true), ("chat.localhost", true), ("localhost.", true),
        ("127.0.0.1:80", true), ("127.0.0.1.", true), ("[::1]:80", true), ("192.168.0.9", true),
        ("evil.example", false), ("localhost.evil.example", false), ("127.0.0.1.evil.example", false),
        ("1.2.3", false), ("1.2.3.256", false), ("1.2..3.4", false), ("1.2.3.4.5", false), ("1.2.3.+4", false),
        (".", false), ("1.2.3.99999999999999999999", false),
    ])
    func `a host on a loopback address is local or an address`(host: String, isAllowed: Bool) {
        #expect(HostPolicy.local.allows(host) == isAllowed)
        #expect(HostPolicy.any.allows(host))
    }

    @Test func `hosts are read as names, and follow from the address when nobody names them`() {
        #expect(HostPolicy("Chat.example, b") == .list(["chat.example", "b"]))
        for text in ["", ",", "a:80", "http://a", "*.a", "é"] { #expect(HostPolicy(text) == nil, "\(text)") }
        #expect(HostPolicy.list(["chat.example"]).allows("CHAT.example:443"))
        #expect(!HostPolicy.list(["chat.example"]).allows("other.example"))
        for address in ["127.0.0.1", "localhost", "::1"] {
            #expect(HostPolicy.standard(listeningOn: address) == .local)
        }
        #expect(HostPolicy.standard(listeningOn: "0.0.0.0") == .any)
    }
}
