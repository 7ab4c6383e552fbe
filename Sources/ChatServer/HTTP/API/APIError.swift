import ChatCore
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// An error as HTTP has it: a status, and the same code and message that a WebSocket gets.
struct APIError: HTTPResponseError {
    var status: HTTPResponse.Status
    var error: ProtocolError

    init(_ status: HTTPResponse.Status, _ error: ProtocolError) {
        self.status = status
        self.error = error
    }

    /// The error with the status that fits its code.
    init(_ error: ProtocolError) { self.init(Self.status(error.code), error) }

    func response(from request: Request, context: some RequestContext) -> Response { self.response }

    /// The response that says it.
    var response: Response {
        var json = JSONWriter()
        json.object("error") { $0.fields(of: self.error) }
        var response = Response.json(json.finish(), status: self.status)
        if let retry = self.error.retryMilliseconds { response.headers[.retryAfter] = String((retry + 999) / 1000) }
        return response
    }

    private static func status(_ code: ProtocolError.Code) -> HTTPResponse.Status {
        switch code {
        case .unauthorized: .unauthorized
        case .forbidden: .forbidden
        case .rateLimited: .tooManyRequests
        case .unavailable: .serviceUnavailable
        case .internal: .internalServerError
        case .textTooLong: .contentTooLarge
        default: .badRequest
        }
    }
}

extension Response {
    /// A response with a JSON body that nobody may keep.
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
            return APIError(ProtocolError(.internal, "the server failed", retryMilliseconds: 1000)).response
        }
    }

    private static func shape(_ status: HTTPResponse.Status) -> APIError {
        switch status {
        case .notFound: APIError(status, ProtocolError(.init("not_found"), "there is nothing at this address"))
        case .contentTooLarge: APIError(status, ProtocolError(.textTooLong, "the body is too large"))
        default: APIError(status, ProtocolError(.badCommand, status.reasonPhrase))
        }
    }
}
