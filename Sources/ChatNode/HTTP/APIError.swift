import ChatCore
import ChatHTTP
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// An error over HTTP: a status, and the same code and message that a WebSocket gets.
struct APIError: HTTPResponseError {
    var status: HTTPResponse.Status
    var error: ProtocolError
    /// The extra fields of its answer.
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ error: ProtocolError) {
        self.status = status
        self.error = error
    }

    /// The error with the status that fits its code.
    init(_ error: ProtocolError) { self.init(Self.status(error.code), error) }

    func response(from request: Request, context: some RequestContext) -> Response { self.response }

    /// The JSON that says it.
    var body: ByteBuffer {
        var json = JSONWriter()
        json.object("error") { $0.fields(of: self.error) }
        return json.finish()
    }

    /// The response that says it.
    var response: Response {
        var response = Response.json(self.body, status: self.status)
        response.headers.append(contentsOf: self.headers)
        if let retry = self.error.retryMilliseconds { response.headers[.retryAfter] = String((retry + 999) / 1000) }
        return response
    }

    /// The server's own fault.
    static var failure: APIError {
        APIError(ProtocolError(.internal, "the server failed", retryMilliseconds: 1000))
    }

    /// The address accepts other methods.
    static func methodNotAllowed(_ methods: [HTTPRequest.Method]) -> APIError {
        let allowed = methods.map(\.rawValue).joined(separator: ", ")
        var error = APIError(.methodNotAllowed, ProtocolError(.badCommand, "this address takes \(allowed)"))
        error.headers[.allow] = allowed
        return error
    }

    /// The node has no place for the connection.
    static func unavailable(_ reason: String) -> APIError {
        // The refused clients should not all come back at once.
        let retry = Int.random(in: 1000...5000)
        return APIError(.serviceUnavailable, ProtocolError(.unavailable, reason, retryMilliseconds: retry))
    }

    /// The host that is asked is not this server (RFC 9110, section 15.5.20).
    static var misdirected: APIError {
        let error = ProtocolError(.forbidden, "this server is not asked by this name (Host; its operator sets --hosts)")
        return APIError(.misdirectedRequest, error)
    }

    /// A request that could not be read.
    init(_ fault: RequestFault) {
        let code: ProtocolError.Code = fault.status == 413 ? .textTooLong : .badCommand
        let phrase = Self.phrases[fault.status] ?? ""
        self.init(.init(code: fault.status, reasonPhrase: phrase), ProtocolError(code, fault.reason))
    }

    /// The names of the statuses for a request that could not be read (RFC 9110, section 15).
    private static let phrases = [
        400: "Bad Request", 408: "Request Timeout", 413: "Content Too Large", 414: "URI Too Long",
        417: "Expectation Failed", 431: "Request Header Fields Too Large", 501: "Not Implemented",
        505: "HTTP Version Not Supported",
    ]

    private static func status(_ code: ProtocolError.Code) -> HTTPResponse.Status {
        switch code {
        case .unauthorized: .unauthorized
        case .forbidden, .banned, .muted, .roomClosed, .textRefused, .nameReserved: .forbidden
        case .rateLimited: .tooManyRequests
        case .unavailable: .serviceUnavailable
        case .internal: .internalServerError
        case .textTooLong: .contentTooLarge
        default: .badRequest
        }
    }
}

extension Response {
    /// A response with a JSON body that may not be cached.
    static func json(_ body: ByteBuffer, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: body)
        )
    }
}

/// Gives every error the shape of the API, and none of them a stack trace.
struct ErrorShape<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as APIError {
            return error.response
        } catch let error as ProtocolError {
            return APIError(error).response
        } catch let error as BrokerError {
            return APIError(error.protocolError).response
        } catch let error as any HTTPResponseError {
            return Self.shape(error.status).response
        } catch {
            context.logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return APIError.failure.response
        }
    }

    private static func shape(_ status: HTTPResponse.Status) -> APIError {
        switch status {
        case .notFound: APIError(status, ProtocolError(.notFound, "there is nothing at this address"))
        case .contentTooLarge: APIError(status, ProtocolError(.textTooLong, "the body is too large"))
        default: APIError(status, ProtocolError(.badCommand, status.reasonPhrase))
        }
    }
}
