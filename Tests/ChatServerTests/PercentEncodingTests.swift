import Testing

@testable import ChatNode

@Suite(.patience)
struct PercentEncodingTests {
    @Test(arguments: [
        ("%EB%9E%98", "래"), ("a%20b", "a b"), ("a+b", "a+b"), ("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("%+5", "%+5"),
        ("%C3", "\u{FFFD}"), ("", ""),
    ])
    func `escapes are decoded, and what is none stays`(text: String, decoded: String) {
        #expect(PercentEncoding.decode(text[...]) == decoded)
    }

    @Test func `a plus is a space in queries alone`() {
        #expect(PercentEncoding.decode("a+b", plusIsSpace: true) == "a b")
    }
}
