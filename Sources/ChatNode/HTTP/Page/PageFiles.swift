import ChatCore
import ChatDeflate
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The files of the page: read once, kept as long as they do not change on disk, and identified by their contents.
///
/// A strong validator (RFC 9110, section 8.8.1) must change with every byte, which neither a time nor a size promises.
/// So it is the hash of the file, and a different one for each encoding. A client that has the file sends it and gets
/// 304.
final class PageFiles: Sendable {
    /// The largest file that is served.
    private static let maximumBytes = 16 << 20

    struct File: Sendable {
        let plain: Representation
        /// nil where compressing gains nothing.
        let compressed: Representation?
        let contentType: String
        fileprivate let version: PageFolder.Version
    }

    /// The bytes that are sent, and their validator.
    struct Representation: Sendable {
        let bytes: ByteBuffer
        let entityTag: String
    }

    private let folder: PageFolder
    private let files = Mutex<[String: File]>([:])

    /// Serves a folder.
    ///
    /// - Parameter folder: Its path.
    init(folder: String) { self.folder = PageFolder(folder) }

    /// The file at a path.
    ///
    /// - Parameter path: The path of the request, decoded; one that ends in `/` means the index there.
    /// - Returns: nil when there is none, or when the path leads out of the folder or to a hidden file.
    /// - Throws: ``PageFolder/Unavailable`` when the system has no file to open left.
    func file(at path: String) throws(PageFolder.Unavailable) -> File? {
        let parts = path.split(separator: "/")
        guard parts.allSatisfy({ !$0.hasPrefix(".") && !$0.contains("\\") && !$0.contains("\0") }) else { return nil }
        let name = parts.joined(separator: "/") + (path.hasSuffix("/") ? "/index.html" : "")
        let known = self.files.withLock { $0[name] }
        guard
            let contents = try self.folder.read(name, known: known?.version, limit: Self.maximumBytes)
        else { return nil }
        guard let data = contents.data else { return known }
        let hash = SHA256.hash(data: data).prefix(16).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        let bytes = ByteBuffer(bytes: data)
        let contentType = Self.contentType(name.split(separator: ".").last.map(String.init) ?? "")
        let file = File(
            plain: Representation(bytes: bytes, entityTag: "\"\(hash.joined())\""),
            compressed: Self.compress(bytes, contentType).map {
                Representation(bytes: $0, entityTag: "\"\(hash.joined())-gzip\"")
            },
            contentType: contentType,
            version: contents.version
        )
        self.files.withLock { $0[name] = file }
        return file
    }

    /// Pictures and fonts are compressed already.
    private static func compress(_ bytes: ByteBuffer, _ contentType: String) -> ByteBuffer? {
        guard ["charset", "svg", "yaml"].contains(where: contentType.contains), let smaller = Gzip.compress(bytes),
            smaller.readableBytes < bytes.readableBytes
        else { return nil }
        return smaller
    }

    private static func contentType(_ suffix: String) -> String {
        switch suffix.lowercased() {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "json", "webmanifest": "application/json; charset=utf-8"
        case "yaml": "application/yaml"
        case "txt", "md": "text/plain; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        default: "application/octet-stream"
        }
    }
}

/// Serves the page where no route answers.
struct PageMiddleware<Context: RequestContext>: RouterMiddleware {
    let files: PageFiles
    /// The policy of the page's content, where it is not that of every response.
    var policy: String?

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError where error.status == .notFound {
            guard let file = try self.file(at: PercentEncoding.decode(request.uri.path[...])) else { throw error }
            switch request.method {
            case .get: return self.response(to: request, file)
            case .options: return .options([.get, .head, .options])
            default: throw APIError.methodNotAllowed([.get, .head, .options])
            }
        }
    }

    private func file(at path: String) throws(APIError) -> PageFiles.File? {
        do throws(PageFolder.Unavailable) {
            return try self.files.file(at: path)
        } catch {
            throw APIError(.serviceUnavailable, ProtocolError(.unavailable, "the server has too many files open"))
        }
    }

    private func response(to request: Request, _ file: PageFiles.File) -> Response {
        let accepted = AcceptedEncodings(request.headers[.acceptEncoding])
        let compressed = accepted.takesGzip ? file.compressed : nil
        let chosen = compressed ?? file.plain
        // Validators make a second visit cheap, and a new version is seen at once.
        var headers: HTTPFields = [.eTag: chosen.entityTag, .cacheControl: "no-cache"]
        if file.compressed != nil { headers[.vary] = "Accept-Encoding" }
        headers[.contentSecurityPolicy] = self.policy
        if let known = request.headers[.ifNoneMatch], Self.matches(known, chosen.entityTag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = file.contentType
        if compressed != nil { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: chosen.bytes))
    }

    /// Whether a list of validators has this one (RFC 9110, section 13.1.2).
    private static func matches(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").map { String($0).trimmingWhitespace }.contains { known in
            known == "*" || known == tag || known == "W/" + tag
        }
    }
}
