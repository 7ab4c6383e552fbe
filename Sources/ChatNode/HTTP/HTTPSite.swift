import ChatCore
import ChatHTTP
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The HTTP side of the server: gives Hummingbird's router one whole request at a time.
struct HTTPSite: Sendable {
    let router: any HTTPResponder<ChatRequestContext>
    let logger: Logger

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - head: Its head; `HEAD` is answered like `GET`, and the sender of the answer leaves the body out.
    ///   - body: Its body.
    ///   - channel: The connection that it came on.
    ///   - address: The client's address.
    /// - Returns: The answer.
    func respond(
        to head: RequestHead,
        body: ByteBuffer,
        channel: any Channel,
        from address: NetworkAddress?
    ) async -> SiteAnswer {
        guard let trace = head.trace else { return await self.answer(head, body, channel, address) }
        return await RequestTrace.$current.withValue(trace) { await self.answer(head, body, channel, address) }
    }

    private func answer(
        _ head: RequestHead,
        _ body: ByteBuffer,
        _ channel: any Channel,
        _ address: NetworkAddress?
    ) async -> SiteAnswer {
        let request = Request(head: Self.request(head), body: RequestBody(buffer: body))
        var context = ChatRequestContext(source: .init(channel: channel, logger: self.logger))
        context.address = address
        do {
            let response = try await self.router.respond(to: request, context: context)
            let collected = BodyCollector.Bytes()
            try await response.body.write(BodyCollector(bytes: collected))
            if let order = collected.stream { return .stream(response.head, order) }
            return .whole(response.head, collected.buffer)
        } catch {
            // The router turns every error into a response; an error that comes here is a fault of the router.
            self.logger.error("a response failed", metadata: ["path": "\(head.target.path)", "error": "\(error)"])
            let error = APIError.failure
            return .whole(error.response.head, error.body)
        }
    }

    private static func request(_ head: RequestHead) -> HTTPRequest {
        let method = head.method == .head ? .get : HTTPRequest.Method(rawValue: head.method.rawValue)
        var fields = HTTPFields()
        for (name, value) in head.pairs {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        let path = head.target.path + (head.target.query.map { "?" + $0 } ?? "")
        return HTTPRequest(
            method: method ?? .get,
            scheme: "http",
            authority: head.authority,
            path: path,
            headerFields: fields
        )
    }
}

/// The answer to a request.
enum SiteAnswer {
    /// An answer and its body.
    case whole(HTTPResponse, ByteBuffer)
    /// An answer whose body goes on for as long as the connection.
    case stream(HTTPResponse, StreamOrder)
}

extension ResponseBody {
    /// A body that a shard writes, for as long as the connection lasts.
    static func stream(_ order: StreamOrder) -> ResponseBody {
        ResponseBody { writer in (writer as? BodyCollector)?.bytes.stream = order }
    }
}

/// Gathers the body of a response: everything that is served here is in memory already, or a stream.
private struct BodyCollector: ResponseBodyWriter {
    /// It belongs to one response, and one task uses it.
    final class Bytes {
        var buffer = ByteBuffer()
        /// What is written in place of bytes.
        var stream: StreamOrder?
    }

    let bytes: Bytes

    mutating func write(_ buffer: ByteBuffer) async throws {
        if self.bytes.buffer.readableBytes == 0 {
            self.bytes.buffer = buffer
        } else {
            self.bytes.buffer.writeImmutableBuffer(buffer)
        }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
