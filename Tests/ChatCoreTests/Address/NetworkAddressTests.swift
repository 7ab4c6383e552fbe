import ChatCore
import Testing
import TestSupport

@Suite(.patience)
struct NetworkAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("0:0:0:0:0:0:0:0", "::"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:C000:0201", "192.0.2.1"),
        ("64:ff9b::192.0.2.33", "192.0.2.33"), ("64:FF9B::C000:0221", "192.0.2.33"), ("64:ff9b::", "0.0.0.0"),
        ("64:ff9b::1:c000:221", "64:ff9b::1:c000:221"), ("64:ff9b:1::c000:221", "64:ff9b:1::c000:221"),
        ("0000:0000:0000:0000:0000:ffff:192.168.100.228", "192.168.100.228"), ("::192.0.2.1", "::c000:201"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ])
    func `an address is read in each of its forms and written in one`(text: String, written: String) throws {
        let address = try #require(NetworkAddress(text))
        #expect(address.description == written)
        #expect(NetworkAddress(written) == address)
    }

    @Test(arguments: [
        "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1..2.3", "1.2.3.", ".1.2.3",
        "1.2.3.4 ", "+1.2.3.4",
        "0x1.2.3.4", "1.2.3.4/8", "1.2.3.4:80", "١.2.3.4", ":", ":::", "1:::2", "::1::", "1::2::3", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::8", "12345::", "g::", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "fe80::1%eth0", "[::1]",
        "::1.2.3", "1.2.3.4::",
        "1:2:3:4:5:6:7:1.2.3.4", "localhost", "unknown", "_hidden", "::ffff:01.2.3.4",
    ])
    func `what is no address is none`(text: String) { #expect(NetworkAddress(text) == nil) }

    @Test func `a text that is too long for an address is not looked at`() {
        struct Counted: Collection {
            var reads: Counter
            var startIndex: Int { 0 }
            var endIndex: Int { 1 << 20 }
            func index(after index: Int) -> Int { index + 1 }
            func index(_ index: Int, offsetBy distance: Int) -> Int { index + distance }
            func distance(from start: Int, to end: Int) -> Int { end - start }
            var count: Int { 1 << 20 }
            subscript(index: Int) -> UInt8 {
                self.reads.count += 1
                return UInt8(ascii: ":")
            }
        }
        final class Counter { var count = 0 }
        let reads = Counter()
        #expect(NetworkAddress(text: Counted(reads: reads)) == nil)
        #expect(reads.count == 0)
    }

    @Test func `any address is read back as it was written`() throws {
        var random = SeededGenerator(5)
        for _ in 0..<2000 {
            // Zeros are what the short form leaves out.
            let bytes = (0..<16).map { _ in Bool.random(using: &random) ? 0 : UInt8.random(in: 0...255, using: &random)
            }
            for bytes in [bytes, Array(bytes.prefix(4))] {
                let address = try #require(NetworkAddress(bytes: bytes))
                #expect(NetworkAddress(address.description) == address)
                #expect(address.isIPv4 == (bytes.count == 4))
            }
        }
        #expect(NetworkAddress(bytes: [1, 2, 3]) == nil)
    }

    @Test func `IPv4 counts by the address, IPv6 by the 64 bits that one customer has`() throws {
        func block(_ text: String) throws -> AddressBlock { try #require(NetworkAddress(text)).block }
        #expect(try block("192.0.2.1") != block("192.0.2.2"))
        #expect(try block("::ffff:192.0.2.1") == block("192.0.2.1"))
        #expect(try block("64:ff9b::192.0.2.1") == block("192.0.2.1"))
        #expect(try block("64:ff9b::192.0.2.1") != block("64:ff9b::192.0.2.2"))
        #expect(try block("2001:db8::1") == block("2001:db8::ffff:ffff:ffff:ffff"))
        #expect(try block("2001:db8::1") != block("2001:db8:0:1::1"))
        #expect(try block("::1") != block("0.0.0.0"))
        #expect(try "\(block("2001:db8::1")) \(block("192.0.2.1"))" == "2001:db8::/64 192.0.2.1")
    }

    @Test func `an address that a translator made is that of IPv4, also from a socket`() throws {
        let bytes: [UInt8] = [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1]
        let address = try #require(NetworkAddress(bytes: bytes))
        #expect(address == NetworkAddress("192.0.2.1") && address.isIPv4)
        // What covers the address of one of its clients covers no other.
        let network = Network(ofClientAt: address)
        #expect(network.description == "192.0.2.1" && network == Network("64:ff9b::192.0.2.1"))
        #expect(network.contains(address))
        #expect(try !network.contains(#require(NetworkAddress("64:ff9b::192.0.2.2"))))
        let ordinary = Network(ofClientAt: try #require(NetworkAddress("2001:db8::1:2:3:4")))
        #expect(ordinary.description == "2001:db8::/64")
    }

    @Test(arguments: [("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("128.0.0.1", false), ("::2", false)])
    func `loopback is known in both families`(text: String, isLoopback: Bool) throws {
        #expect(try #require(NetworkAddress(text)).isLoopback == isLoopback)
    }
}

@Suite(.patience)
struct NetworkTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("0.0.0.0/0", "1.2.3.4", true),
        ("0.0.0.0/0", "::1", false), ("::/0", "1.2.3.4", false), ("::/0", "::1", true), ("10.1.2.3", "10.1.2.3", true),
        ("10.1.2.3", "10.1.2.4", false), ("10.1.2.3/32", "::ffff:10.1.2.3", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::", false), ("2001:db8::/65", "2001:db8::7fff:0:0:0", true),
        ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("::1", "::1", true),
        ("::ffff:10.0.0.0/104", "10.2.3.4", true), ("192.0.2.0/24", "64:ff9b::192.0.2.9", true),
        ("64:ff9b::192.0.2.0/120", "192.0.2.9", true), ("64:ff9b::/96", "::1", false),
        ("64:ff9b::/96", "1.2.3.4", true), ("64:ff9b::/64", "64:ff9b::192.0.2.1", false),
        ("64:ff9b::/64", "64:ff9b::1:c000:201", true),
        ("64:ff9b::/32", "64:ff9b:1::1", true),
    ])
    func `a network has the addresses that begin like it`(network: String, address: String, isIn: Bool) throws {
        #expect(try #require(Network(network)).contains(#require(NetworkAddress(address))) == isIn)
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/+8", "10.0.0.1/8", "10.0.0.0/8/8", "::/129",
        "::1/64",
        "10.0.0.0/255.0.0.0", "::ffff:0:0/95", "::/٣", "localhost/8",
    ])
    func `what is no network is none`(text: String) { #expect(Network(text) == nil) }

    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8"), ("10.0.0.1/32", "10.0.0.1"), ("2001:DB8::/32", "2001:db8::/32"),
        ("::1/128", "::1"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"), ("::/0", "::/0"),
        ("64:ff9b::10.0.0.0/104", "10.0.0.0/8"), ("64:ff9b::/96", "0.0.0.0/0"), ("64:ff9b::/64", "64:ff9b::/64"),
    ])
    func `a network is written in one way`(text: String, written: String) throws {
        let network = try #require(Network(text))
        #expect(network.description == written)
        #expect(Network(written) == network)
    }
}
