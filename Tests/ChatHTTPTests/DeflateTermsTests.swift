import NIOCore
import Testing

@testable import ChatHTTP

/// Which offers of permessage-deflate are taken, by which answer (RFC 7692, sections 5 and 7.1).
@Suite(.timeLimit(.minutes(10)))
struct DeflateTermsTests {
    private static let answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    /// The field of the answer, "-" for none, "400" for a handshake that fails.
    private func answer(_ fields: [String]) throws -> String {
        let lines = fields.map { "Sec-WebSocket-Extensions: \($0)\r\n" }.joined()
        var input = ByteBuffer(string: "GET /ws HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")
        var reader = RequestHeadReader()
        switch DeflateTerms.answer(to: try #require(try reader.read(&input))) {
        case .agree(let terms): return terms.field
        case .decline: return "-"
        case .malformed: return "400"
        }
    }

    private func answer(_ field: String) throws -> String { try self.answer([field]) }

    @Test(arguments: [
        "permessage-deflate",
        // Chromium and Firefox.
        "permessage-deflate; client_max_window_bits",
        "permessage-deflate;client_max_window_bits=8", "permessage-deflate; client_max_window_bits=15",
        "permessage-deflate; server_no_context_takeover", "permessage-deflate; client_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover; client_max_window_bits",
        "  permessage-deflate\t;  client_max_window_bits  =  \"12\"  ,", ",, permessage-deflate",
        "x-webkit-deflate-frame, permessage-deflate", "a; b=c; d=\"e\", permessage-deflate; client_max_window_bits",
        "permessage-deflate; unknown, permessage-deflate; server_max_window_bits=99, permessage-deflate",
        "permessage-deflate, permessage-deflate; server_max_window_bits=9", #"x; y="a\b\-c", permessage-deflate"#,
    ])
    func `an offer is answered by demanding that no message refers to an earlier one`(field: String) throws {
        #expect(try self.answer(field) == Self.answer)
    }

    @Test(arguments: 9...15)
    func `a window that is asked for is promised`(bits: Int) throws {
        let expected = Self.answer + "; server_max_window_bits=\(bits)"
        #expect(try self.answer("permessage-deflate; server_max_window_bits=\(bits)") == expected)
        #expect(try self.answer("permessage-deflate; server_max_window_bits=\"\(bits)\"") == expected)
        #expect(
            try self.answer(#"permessage-deflate; server_max_window_bits="\1\0""#) == Self.answer
                + "; server_max_window_bits=10"
        )
    }

    /// zlib writes no raw data with a window of 8 bits, and a larger one than asked for must not be used.
    @Test func `a window of eight bits is declined, and another offer taken in its place`() throws {
        #expect(try self.answer("permessage-deflate; server_max_window_bits=8") == "-")
        let fields = "permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=10"
        #expect(try self.answer(fields) == Self.answer + "; server_max_window_bits=10")
    }

    @Test(arguments: [
        "permessage-deflate; unknown", "permessage-deflate; unknown=1",
        "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; client_no_context_takeover=\"yes\"",
        "permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=7",
        "permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits=010",
        "permessage-deflate; server_max_window_bits=1e1", "permessage-deflate; server_max_window_bits=-9",
        "permessage-deflate; server_max_window_bits=+9", "permessage-deflate; server_max_window_bits=100",
        "permessage-deflate; server_max_window_bits=99999999999999999999999",
        "permessage-deflate; client_max_window_bits=7", "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits=09", "permessage-deflate; client_max_window_bits=x",
        "permessage-deflate; server_max_window_bits=10; server_max_window_bits=10",
        "permessage-deflate; client_max_window_bits; client_max_window_bits",
        "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; client_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; Server_No_Context_Takeover", "permessage-bzip2", "x-webkit-deflate-frame", "", ",", " , ,",
    ])
    func `an offer with anything unknown, doubled or out of range is declined`(field: String) throws {
        #expect(try self.answer(field) == "-")
    }

    @Test(arguments: [
        ";", "permessage-deflate;", "permessage-deflate; ;", "permessage-deflate; =8", "permessage-deflate; a=",
        "permessage-deflate; a=\"", "permessage-deflate; a=\"\"", "permessage-deflate; a=\"b", "a b",
        "permessage-deflate; a=\"b c\"", "permessage-deflate; a=\"b\\", "permessage-deflate; a=\"b\"c",
        "permessage-deflate; a=\" b\"", "permessage-deflate; a=\"b \"", #"permessage-deflate; a="\"#, #"a; b="\ ""#,
        "permessage-deflate client_max_window_bits", "permessage-deflate; a=b=c", "(x)", "\"permessage-deflate\"",
        "permessage-deflate; server_max_window_bits=\"1\u{e9}\"", "permessage-deflate, a=b",
    ])
    func `what is no list of extensions ends the handshake`(field: String) throws {
        #expect(try self.answer(field) == "400")
        #expect(try self.answer(["permessage-deflate", field]) == "400")
    }

    @Test func `fields add up to one list, and a request may have none`() throws {
        #expect(try self.answer([]) == "-")
        #expect(
            try self.answer(["x", "permessage-deflate; server_max_window_bits=8", "permessage-deflate"]) == Self.answer
        )
    }
}
