import Testing

@testable import ChatNode

@Suite("Types that a client takes", .patience)
struct AcceptedTypesTests {
    @Test(arguments: [
        nil, "", "*/*", "application/json", "application/*", "Application/JSON; charset=utf-8",
        "text/html, application/xhtml+xml, */*;q=0.8", "text/html;q=0, */*", "*", "text/html, *; q=.2",
        "application/json;q=0.001", ",", "nonsense", "application/json;q=0, application/json",
    ])
    func `JSON is taken`(field: String?) { #expect(AcceptedTypes(field).takes("application", "json")) }

    @Test(arguments: [
        "text/html", "application/xml, text/*", "application/json;q=0", "application/json;q=0, */*",
        "application/*;q=0, */*;q=1", "*/*;q=0", "application/json; q=0.000", "application/json;q=none",
        "text/event-stream",
        "application/jsonp", "application/problem+json",
    ])
    func `JSON is not taken`(field: String) { #expect(!AcceptedTypes(field).takes("application", "json")) }
}
