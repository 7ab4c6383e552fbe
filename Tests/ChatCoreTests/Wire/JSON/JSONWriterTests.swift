import NIOCore
import TestSupport
import Testing

@testable import ChatCore

@Suite(.patience) struct JSONWriterTests {
    private func write(_ body: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        body(&json)
        return String(buffer: json.finish())
    }

    @Test func `fields stand in the order in which they were written`() {
        let text = self.write {
            $0.field("b", 1)
            $0.field("a", "x")
            $0.field("c", false)
            $0.field("d", true)
            $0.field(named: "q\"", "y")
            $0.field("min", .min)
        }
        #expect(text == #"{"b":1,"a":"x","c":false,"d":true,"q\"":"y","min":-9223372036854775808}"#)
    }

    @Test func `people are written as any other objects`() throws {
        let names = ["Mina", "she \"is\"", "back\\slash", "민아", "👩🏽‍💻"]
        let users = try ["u1", "a\"b"].flatMap { id in
            try names.map { User(id: UserID(id), name: try UserName($0)) }
        }
        for count in 0...users.count {
            var quick = JSONWriter()
            quick.array("members", users: Array(users.prefix(count)))
            var plain = JSONWriter()
            plain.array("members", users.prefix(count)) { $0.fields(of: $1) }
            #expect(quick.finish() == plain.finish())
        }
    }

    @Test func `objects and arrays are nested`() {
        let text = self.write {
            $0.object("o") { _ in }
            $0.array("e", [Int]()) { _, _ in }
            $0.array("n", [1, 2]) { json, number in json.object("x") { $0.field("y", number) } }
            $0.array("r", encoded: [ByteBuffer(string: "{}"), ByteBuffer(string: "{\"z\":1}")])
            $0.array("none", encoded: [])
            $0.field("last", 1)
        }
        #expect(
            text == #"{"o":{},"e":[],"n":[{"x":{"y":1}},{"x":{"y":2}}],"r":[{},{"z":1}],"none":[],"last":1}"#
        )
    }

    @Test func `it is appended to what stands there`() {
        var json = JSONWriter(appendingTo: ByteBuffer(string: "data: "))
        json.field("a", 1)
        #expect(String(buffer: json.finish()) == #"data: {"a":1}"#)
        #expect(self.write { _ in } == "{}")
    }

    @Test(arguments: [
        ("", #""""#), ("a\"b\\c/", #""a\"b\\c/""#), ("\n\t\r", #""\n\t\r""#),
        ("\u{0}\u{8}\u{C}\u{1F}\u{7F}", #""\u0000\u0008\u000c\u001f\u007f""#),
        ("래블업👋🏽", #""래블업👋🏽""#), ("\u{80}\u{2028}\u{10FFFF}", "\"\u{80}\u{2028}\u{10FFFF}\""), ("\"", #""\"""#),
        ("\u{1B}[31m", #""\u001b[31m""#), ("</script>", #""</script>""#),
    ])
    func `only what must be is escaped`(string: String, expected: String) {
        var buffer = ByteBuffer()
        buffer.writeJSONString(string)
        #expect(Array(String(buffer: buffer).unicodeScalars) == Array(expected.unicodeScalars))
    }

    @Test func `every character comes back as it was`() throws {
        var all = ""
        for value in 0...0x10FFFF as ClosedRange<UInt32> where value < 0x3000 || value % 97 == 0 {
            if let scalar = Unicode.Scalar(value) { all.unicodeScalars.append(scalar) }
        }
        var json = JSONWriter()
        json.field("all", all)
        let read = try #require(try JSONValue(json.finish())["all"]?.string)
        #expect(read.utf8.elementsEqual(all.utf8))
    }

    @Test(arguments: SeededGenerator.seeds)
    func `what is written is read as the same`(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        for _ in 0..<300 {
            let strings = (0..<5).map { _ in RandomJSON.string(&generator) }
            let number = Int(truncatingIfNeeded: generator.next())
            var json = JSONWriter()
            json.field("s", strings[0])
            json.field("n", number)
            json.array("a", strings) { $0.field("v", $1) }
            json.object("o") { $0.field("b", number > 0) }
            #expect(
                try JSONValue(json.finish())
                    == .object([
                        "s": .string(ByteString(strings[0])), "n": .integer(number),
                        "o": .object(["b": .bool(number > 0)]),
                        "a": .array(strings.map { .object(["v": .string(ByteString($0))]) }),
                    ])
            )
        }
    }
}
