import ChatCore
import ChatHTTP
import NIOCore
import TestSupport
import Testing

@testable import ChatNode

@Suite(.patience)
struct TrustedProxiesTests {
    private func head(_ fields: [String]) throws -> RequestHead {
        var reader = RequestHeadReader()
        var bytes = ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
        return try #require(try reader.read(&bytes))
    }

    private func client(
        _ fields: [String],
        from peer: String? = "10.0.0.1",
        field: TrustedProxies.Field = .xForwardedFor
    ) throws -> String {
        var proxies = try #require(TrustedProxies("10.0.0.0/8, fd00::/8"))
        proxies.field = field
        do {
            let address = try proxies.client(of: self.head(fields), from: peer.flatMap { NetworkAddress($0) })
            return address.map { "\($0)" } ?? "-"
        } catch let fault as RequestFault {
            return "\(fault.status)"
        }
    }

    @Test(arguments: [
        ([], "10.0.0.1"), (["X-Forwarded-For: 192.0.2.1"], "192.0.2.1"), (["x-forwarded-for: 192.0.2.1"], "192.0.2.1"),
        // What a client makes up stands before what the proxy adds.
        (["X-Forwarded-For: 6.6.6.6, 192.0.2.1"], "192.0.2.1"),
        (["X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 192.0.2.1"], "192.0.2.1"),
        (["X-Forwarded-For: 6.6.6.6, 192.0.2.1, 10.0.0.2,10.0.0.3"], "192.0.2.1"),
        (["X-Forwarded-For: 10.0.0.9, 10.0.0.2"], "10.0.0.9"),
        (["X-Forwarded-For: nonsense, 192.0.2.1"], "192.0.2.1"), (["X-Forwarded-For: 192.0.2.1, unknown"], "10.0.0.1"),
        (["X-Forwarded-For: 192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"), (["X-Forwarded-For:"], "10.0.0.1"),
        (["X-Forwarded-For: ,, 192.0.2.1,"], "192.0.2.1"), (["X-Forwarded-For: 192.0.2.1:4711"], "192.0.2.1"),
        (["X-Forwarded-For: 2001:db8::1"], "2001:db8::1"), (["X-Forwarded-For: [2001:db8::1]:80"], "2001:db8::1"),
        (["X-Forwarded-For: 192.0.2.1, fd00::1"], "192.0.2.1"), (["Forwarded: for=6.6.6.6"], "10.0.0.1"),
        (["X-Forwarded-For: 192.0.2.1", "Forwarded: for=6.6.6.6"], "192.0.2.1"),
    ])
    func `the client is the last address that is no proxy's`(fields: [String], client: String) throws {
        #expect(try self.client(fields) == client)
    }

    @Test func `a stranger's word counts for nothing`() throws {
        #expect(try self.client(["X-Forwarded-For: 6.6.6.6"], from: "192.0.2.7") == "192.0.2.7")
        #expect(try self.client(["Forwarded: \""], from: "192.0.2.7", field: .forwarded) == "192.0.2.7")
        #expect(try self.client(["X-Forwarded-For: 6.6.6.6"], from: nil) == "-")
    }

    @Test(arguments: [
        (["Forwarded: for=192.0.2.1"], "192.0.2.1"), (["Forwarded: For=\"[2001:db8::1]:4711\""], "2001:db8::1"),
        (["Forwarded: for=192.0.2.60;proto=http;by=203.0.113.43"], "192.0.2.60"),
        (["Forwarded: for=6.6.6.6, for=192.0.2.1"], "192.0.2.1"),
        (["Forwarded: for=6.6.6.6", "Forwarded: for=192.0.2.1"], "192.0.2.1"),
        (["Forwarded: for=\"192.0.2.1:80\" , for=10.0.0.2"], "192.0.2.1"),
        (["Forwarded: for=192.0.2.1, for=unknown"], "10.0.0.1"),
        (["Forwarded: for=192.0.2.1, for=\"_gazonk\""], "10.0.0.1"),
        (["Forwarded: for=192.0.2.1, proto=http"], "10.0.0.1"), (["Forwarded: by=10.0.0.1; for = 1"], "400"),
        (["Forwarded: ,,for=192.0.2.1,"], "192.0.2.1"),
        (["Forwarded: for=\"a\\\"b, for=6.6.6.6\", for=192.0.2.1"], "192.0.2.1"),
        // A client's open quotation mark would swallow the proxy's part.
        (["Forwarded: for=\"6.6.6.6, for=192.0.2.1"], "400"), (["Forwarded: for=\"6.6.6.6\\"], "400"),
        (["Forwarded: for=1 2"], "400"),
        (["Forwarded: for"], "400"), (["Forwarded: for="], "400"), (["Forwarded: for=192.0.2.1;for=6.6.6.6"], "400"),
        (["X-Forwarded-For: 6.6.6.6"], "10.0.0.1"),
    ])
    func `the field of RFC 7239 says the same`(fields: [String], client: String) throws {
        #expect(try self.client(fields, field: .forwarded) == client)
    }

    @Test(arguments: ["", "10.0.0.0/8,", "proxy.example.com", "10.0.0.1/8", "10.0.0.0/8 "])
    func `what is no list of networks is none`(text: String) { #expect(TrustedProxies(text) == nil) }

    @Test(arguments: SeededGenerator.seeds)
    func `no field at all traps the readers`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let alphabet = Array("for=\"[]:;,.\\ 10af_ \t".utf8)
        for _ in 0..<3000 {
            let value = (0..<Int.random(in: 0...40, using: &generator)).compactMap { _ in
                alphabet.randomElement(using: &generator)
            }
            _ = ForwardedHop.ofList([value[...]])
            _ = try? ForwardedHop.ofForwarded([value[...]])
        }
    }
}
