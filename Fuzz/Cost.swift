import NIOCore
@testable import ChatDeflate

/// Feeds the worst inputs that are known to every sink, each at three sizes, for `scripts/cost.sh` to count instructions.
@main struct Cost {
    static func main() {
        for input in Input.all {
            for size in [Self.size / 2, Self.size, 2 * Self.size] {
                let bytes = input.make(size)
                // The first time anything is used, the runtime and the tables of Unicode are set up.
                if size == Self.size / 2 { costWarmUp(input.sink, bytes) } else { costProbe(input.sink, bytes) }
                if size > Self.size / 2 { print(input.sink.rawValue, input.name, size, separator: "\t") }
            }
        }
    }

    /// Bytes of the part that grows.
    private static let size = 4096
}

/// Counted: callgrind looks for this name.
@_cdecl("chat_cost_probe") @inline(never)
func probe(_ sink: UnsafeRawPointer, _ bytes: UnsafeRawPointer) {
    sink.assumingMemoryBound(to: Sink.self).pointee.feed(bytes.assumingMemoryBound(to: [UInt8].self).pointee)
}

private func costProbe(_ sink: Sink, _ bytes: [UInt8]) {
    withUnsafePointer(to: sink) { sink in withUnsafePointer(to: bytes) { bytes in probe(sink, bytes) } }
}

private func costWarmUp(_ sink: Sink, _ bytes: [UInt8]) { sink.feed(bytes) }

/// One input that grows.
struct Input {
    var sink: Sink
    var name: String
    /// The whole input, whose growing part has about so many bytes.
    var make: (Int) -> [UInt8]

    init(sink: Sink, name: String, _ text: @escaping (Int) -> String) {
        self.init(sink: sink, name: name, bytes: { Array(text($0).utf8) })
    }

    init(sink: Sink, name: String, bytes: @escaping (Int) -> [UInt8]) {
        (self.sink, self.name, self.make) = (sink, name, bytes)
    }

    static var all: [Input] {
        Self.commands + Self.tokens + Self.events + Self.requests + Self.compressed + Self.redis + Self.files
            + Self.structures
    }

    /// Strings that cost much where Unicode is compared, normalised, counted or cut.
    private static let strings: [(String, @Sendable (Int) -> String)] = [
        (
            "marks",
            { size in
                let quarter = size / 8
                return "a"
                    + ["\u{345}", "\u{300}", "\u{316}", "\u{334}"].map { String(repeating: $0, count: quarter) }
                    .joined()
            }
        ),
        ("jamo", { String(repeating: "\u{1100}\u{1161}\u{11A8}", count: $0 / 9) }),
        ("flags", { String(repeating: "\u{1F1F0}", count: $0 / 4) }),
        ("escapes", { String(repeating: #"\u0316"#, count: $0 / 6) }),
    ]

    /// Up to the most bytes of a token, which is twice the size here.
    private static var tokens: [Input] {
        ["name", "aud", "x"].flatMap { claim in
            Self.field(.token, "token.\(claim)") { #"{"sub":"a","exp":9,"\#(claim)":"\#($0)"}"# }
        } + [
            Input(sink: .token, name: "token.names") { size in
                #"{"sub":"a","exp":9\#((0..<size / 8).map { #","\#(1000 + $0)":1"# }.joined())}"#
            },
            Input(sink: .token, name: "token.depth") { size in
                #"{"sub":"a","exp":9,"x":"# + String(repeating: "[", count: size)
            },
        ]
    }

    private static func field(_ sink: Sink, _ name: String, _ whole: @escaping (String) -> String) -> [Input] {
        self.strings.map { kind, string in Input(sink: sink, name: "\(name) of \(kind)") { whole(string($0)) } }
    }

    private static var commands: [Input] {
        let fields = ["type", "room", "text", "key", "kind", "name", "session", "token", "cursor", "epoch"]
        let types = ["hello", "join", "send", "members", "history", "rename"]
        // Each field stands in every command, whether it is one of its fields or not: the first that is refused ends it.
        let inCommand = fields.flatMap { field in
            Self.field(.command, field) { string in
                let type = field == "type" ? "" : #""type":"\#(Self.home(of: field, types))","#
                let room = field == "room" ? "" : #""room":"lobby","#
                return #"{\#(type)\#(room)"\#(field)":"\#(string)"}"#
            }
        }
        return inCommand
            + Self.field(.command, "an unknown key") { #"{"type":"ping","\#($0)":1}"# }
            + Self.field(.command, "an unknown value") { #"{"type":"ping","x":"\#($0)"}"# }
            + Self.field(.command, "after.epoch") { #"{"type":"join","room":"a","after":{"epoch":"\#($0)","seq":1}}"# }
    }

    private static func home(of field: String, _ types: [String]) -> String {
        switch field {
        case "name", "session", "token": "hello"
        case "cursor": "members"
        case "epoch": "history"
        default: "send"
        }
    }

    private static var events: [Input] {
        Self.field(.event, "text") {
            #"{"type":"message","room":"lobby","time":1,"from":{"id":"u1","name":"n"},"text":"\#($0)"}"#
        }
            + Self.field(.event, "name") {
                #"{"type":"message","room":"lobby","time":1,"from":{"id":"u1","name":"\#($0)"},"text":"x"}"#
            }
            + Self.field(.event, "id") {
                #"{"type":"typing","room":"a","user":{"id":"\#($0)","name":"n"},"active":true}"#
            }
            + Self.field(.event, "room") {
                #"{"type":"presence","room":"\#($0)","member_count":1,"presence_version":1}"#
            }
            + Self.field(.event, "type") { #"{"type":"\#($0)"}"# }
            + Self.field(.event, "code") { #"{"type":"error","id":1,"code":"\#($0)","message":"m"}"# }
            + Self.field(.event, "message") { #"{"type":"error","id":1,"code":"forbidden","message":"\#($0)"}"# }
            + Self.field(.event, "detail") { #"{"type":"status","state":"ok","detail":"\#($0)"}"# }
            + Self.field(.event, "reason") { #"{"type":"closing","code":4000,"reason":"\#($0)"}"# }
            + Self.field(.event, "a key") { #"{"type":"ok","id":1,"\#($0)":1}"# }
    }

    private static var requests: [Input] {
        Self.field(.requests, "the target") { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }
            + Self.field(.requests, "the query") { "GET /ws?room=\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }
            + Self.field(.requests, "a field") { "GET / HTTP/1.1\r\nHost: a\r\nX: \($0)\r\n\r\n" }
            + Self.field(.requests, "a name") { "GET / HTTP/1.1\r\nHost: a\r\n\($0): x\r\n\r\n" }
            + Self.field(.requests, "upgrades") { "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: \($0)\r\n\r\n" }
            + Self.field(.requests, "a length") { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \($0)\r\n\r\n" }
    }

    /// Compressed messages whose reader has the most to do, and offers of compression.
    private static var compressed: [Input] {
        let messages: [(String, (Int) -> [UInt8])] = [
            ("blocks as they are", { Self.blocks($0 / 260, of: 255) }),
            ("empty blocks", { Self.blocks($0 / 5, of: 0) }),
            ("letters", { Self.deflated(Self.letters(2 * $0, of: 16)) }),
            // Their repetitions are short and many: nothing takes a compressor longer.
            ("letters of three", { Self.letters($0, of: 3) }),
            // What inflates to as much as may be, and bytes behind it that are no deflate data.
            (
                "a run",
                { Self.deflated([UInt8](repeating: 0x61, count: 1 << 16)) + [UInt8](repeating: 0xFF, count: $0) }
            ),
        ]
        let offers = [
            ("offers", "permessage-deflate; server_max_window_bits=8, "),
            ("parameters", "permessage-deflate; client_max_window_bits; "),
            ("commas", ", "),
        ]
        // The most fields that a request may have beside the others, and longer ones.
        let lines = Input(sink: .extensions, name: "lines") { size in
            [String](repeating: String(repeating: "a, ", count: size / 270) + "x", count: 90).joined(separator: "\n")
        }
        return messages.map { Input(sink: .compressed, name: $0.0, bytes: $0.1) } + [lines]
            + offers.map { name, part in
                Input(sink: .extensions, name: name) { String(repeating: part, count: $0 / part.utf8.count) + "x" }
            }
            + Self.field(.extensions, "a name") { $0 }
            + Self.field(.extensions, "a value in quotes") { #"permessage-deflate; a="\#($0)""# }
    }

    /// Blocks of so many bytes as they are (RFC 1951, section 3.2.4), and the end of a message.
    private static func blocks(_ count: Int, of size: UInt8) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<count {
            bytes += [0x00, size, 0x00, ~size, 0xFF]
            bytes += [UInt8](repeating: 0x61, count: Int(size))
        }
        return bytes + [0x00]
    }

    /// The first letters of the alphabet, in any order.
    private static func letters(_ count: Int, of different: UInt32) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return 0x61 + UInt8((state >> 16) % different)
        }
    }

    private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        Deflater(window: 15)?.deflate(ByteBuffer(bytes: bytes)).map { Array($0.readableBytesView) } ?? []
    }

    private static var redis: [Input] {
        Self.field(.payload, "plain text") { $0 }
            + Self.field(.payload, "text") { #"{"text":"\#($0)"}"# }
            + Self.field(.payload, "name") { #"{"text":"x","name":"\#($0)"}"# }
            + Self.field(.payload, "room") { #"{"type":"typing","room":"\#($0)"}"# }
            + Self.field(.payload, "type") { #"{"type":"\#($0)","room":"lobby","user":{"id":"u1"}}"# }
            + Self.field(.payload, "user") { #"{"type":"joined","room":"lobby","user":{"id":"\#($0)","name":"n"}}"# }
            + Self.field(.control, "type") { #"{"type":"\#($0)"}"# }
            + Self.field(.control, "name") { #"{"id":"u1","name":"\#($0)"}"# }
            + Self.field(.replies, "an error") { "-\($0)\r\n" }
            + Self.field(.pushes, "a channel") { "*3\r\n$7\r\nmessage\r\n$\($0.utf8.count)\r\n\($0)\r\n$1\r\nx\r\n" }
    }

    private static var files: [Input] {
        Self.field(.outbox, "type") { #"{"type":"\#($0)"}"# + "\n" }
            + Self.field(.outbox, "text") {
                #"{"type":"send","key":"k","room":"a","kind":"text","time":1099511627000,"text":"\#($0)"}"# + "\n"
            }
            + Self.field(.rulings, "name") { #"{"kind":"reserved","time":1,"user":"u1","name":"\#($0)"}"# }
            + Self.field(.rulings, "reason") { #"{"kind":"closed","time":1,"room":"a","reason":"\#($0)"}"# }
            + Self.field(.rulings, "a word") { #"{"kind":"words","time":1,"room":"a","words":["\#($0)"]}"# }
            + Self.field(.rulings, "verb") { #"{"time":1,"verb":"\#($0)"}"# }
            + Self.field(.positions, "room") { #"{"version":1,"rooms":{"\#($0)":{"epoch":"abcdefgh","seq":1}}}"# }
            + Self.field(.text, "itself") { $0 }
            + [
                Input(sink: .outbox, name: "sends that are done") { size in
                    let keys = (0..<size / 64).map { "k\($0)" }
                    let sends = keys.map {
                        #"{"type":"send","key":"\#($0)","room":"a","kind":"text","time":1099511627000,"text":"x"}"#
                    }
                    return (sends + keys.reversed().map { #"{"type":"done","key":"\#($0)"}"# }).joined(separator: "\n")
                }
            ]
    }

    private static var structures: [Input] {
        [
            Input(sink: .command, name: "many keys") { size in
                "{" + (0..<size / 8).map { #""\#(10_000 + $0)":1"# }.joined(separator: ",") + "}"
            },
            Input(sink: .event, name: "many keys") { size in
                #"{"type":"ok","id":1,"# + (0..<size / 8).map { #""\#(10_000 + $0)":1"# }.joined(separator: ",") + "}"
            },
            Input(sink: .requests, name: "many fields") { size in
                "GET / HTTP/1.1\r\nHost: a\r\n" + (0..<size / 8).map { "a\($0): x\r\n" }.joined() + "\r\n"
            },
            Input(sink: .requests, name: "the same field") { size in
                "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "Connection: x\r\n", count: size / 15) + "\r\n"
            },
            Input(sink: .requests, name: "many requests") { size in
                String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: size / 27)
            },
            Input(sink: .requests, name: "many chunks") { size in
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + String(repeating: "1\r\na\r\n", count: size / 6) + "0\r\n\r\n"
            },
            Input(sink: .command, name: "a long number") { #"{"id":\#(String(repeating: "9", count: $0))}"# },
            Input(sink: .event, name: "a long number") { #"{"type":"ok","id":\#(String(repeating: "9", count: $0))}"# },
            Input(sink: .command, name: "objects that do not end") { String(repeating: #"{"a":"#, count: $0 / 5) },
            Input(sink: .keys, name: "letters") { String(repeating: "a", count: $0) },
            Input(sink: .keys, name: "marks") { "a" + String(repeating: "\u{316}", count: $0 / 2) },
            Input(sink: .keys, name: "a paste of marks") {
                "\u{1B}[200~a" + String(repeating: "\u{316}", count: $0 / 2) + "\u{1B}[201~"
            },
            Input(sink: .keys, name: "a paste of beginnings of its end") {
                "\u{1B}[200~" + String(repeating: "\u{1B}[201", count: $0 / 5) + "\u{1B}[201~"
            },
            Input(sink: .keys, name: "a sequence without an end") {
                "\u{1B}[" + String(repeating: "1;", count: $0 / 2)
            },
            Input(sink: .keys, name: "a string without an end") { "\u{1B}]" + String(repeating: "x", count: $0) },
            Input(sink: .text, name: "words") { String(repeating: "a ", count: $0 / 2) },
            Input(sink: .text, name: "blanks") { "a" + String(repeating: " ", count: $0) + "a" },
            Input(sink: .text, name: "one word") { String(repeating: "a", count: $0) },
            Input(sink: .text, name: "characters that may end a row") { String(repeating: "漢", count: $0 / 3) },
            Input(sink: .event, name: "a text of many lines") { size in
                #"{"type":"message","room":"lobby","time":1,"from":{"id":"u1","name":"n"},"text":""#
                    + String(repeating: #"a\n"#, count: size / 3) + #""}"#
            },
            Input(sink: .eventStream, name: "an endless event") { "data: " + String(repeating: "x", count: $0) },
            Input(sink: .eventStream, name: "lines of an event") { String(repeating: "a:\n", count: $0 / 3) + "\n" },
            Input(sink: .eventStream, name: "events without data") { String(repeating: ":\n\n", count: $0 / 3) },
            Input(sink: .eventStream, name: "many events") { String(repeating: "data: {}\n\n", count: $0 / 10) },
            Input(sink: .eventIDs, name: "an epoch") { String(repeating: "a", count: $0) + "-1" },
            Input(sink: .eventIDs, name: "a number") { "abcdefgh-" + String(repeating: "9", count: $0) },
            Input(sink: .eventIDs, name: "many numbers") { "abcdefgh" + String(repeating: "-1", count: $0 / 2) },
            Input(sink: .replies, name: "many replies") { String(repeating: ":1\r\n", count: $0 / 4) },
            Input(sink: .replies, name: "nested arrays") { String(repeating: "*1\r\n", count: $0 / 4) },
        ]
    }
}
