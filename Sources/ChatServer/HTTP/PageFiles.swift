import ChatCore
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The files of the page: read once, kept as long as they do not change on disk, and told apart by their contents.
///
/// A strong validator (RFC 9110, section 8.8.1) must change with every byte, which neither a time nor a size promises: it
/// is the hash of the file, and another one for each encoding. Whoever has the file asks with it and gets 304.
final class PageFiles: Sendable {
    /// The largest file that is served.
    private static let maximumBytes = 16 << 20

    struct File: Sendable {
        let plain: Representation
        /// nil where compressing gains nothing.
        let compressed: Representation?
        let contentType: String
        fileprivate let version: Version
    }

    /// The bytes that are sent, and what tells them apart from all others.
    struct Representation: Sendable {
        let bytes: ByteBuffer
        let entityTag: String
    }

    /// What a file's attributes say of its contents.
    fileprivate struct Version: Equatable {
        let modified: Date
        let size: Int
    }

    private let folder: URL
    private let files = Mutex<[String: File]>([:])

    /// Serves a folder.
    ///
    /// - Parameter folder: Its path.
    init(folder: String) { self.folder = URL(fileURLWithPath: folder, isDirectory: true) }

    /// The file at a path.
    ///
    /// - Parameter path: The path of the request, decoded; one that ends in `/` means the index there.
    /// - Returns: nil when there is none, or when the path leads out of the folder or to a hidden file.
    func file(at path: String) -> File? {
        let parts = path.split(separator: "/")
        guard parts.allSatisfy({ !$0.hasPrefix(".") && !$0.contains("\\") && !$0.contains("\0") }) else { return nil }
        let name = parts.joined(separator: "/") + (path.hasSuffix("/") ? "/index.html" : "")
        let url = self.folder.appending(path: name)
        guard let version = Self.version(of: url) else { return nil }
        if let known = self.files.withLock({ $0[name] }), known.version == version { return known }
        guard let data = try? Data(contentsOf: url) else { return nil }
        let hash = SHA256.hash(data: data).prefix(16).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        let bytes = ByteBuffer(bytes: data)
        let contentType = Self.contentType(url.pathExtension)
        let file = File(
            plain: Representation(bytes: bytes, entityTag: "\"\(hash.joined())\""),
            compressed: Self.compress(bytes, contentType).map {
                Representation(bytes: $0, entityTag: "\"\(hash.joined())-gzip\"")
            },
            contentType: contentType,
            version: version
        )
        self.files.withLock { $0[name] = file }
        return file
    }

    private static func version(of url: URL) -> Version? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: url.path),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let modified = attributes[.modificationDate] as? Date,
            let size = attributes[.size] as? Int, size <= Self.maximumBytes
        else { return nil }
        return Version(modified: modified, size: size)
    }

    /// Pictures and fonts are compressed in themselves.
    private static func compress(_ bytes: ByteBuffer, _ contentType: String) -> ByteBuffer? {
        guard contentType.contains("charset") || contentType.contains("svg"), let smaller = Gzip.compress(bytes),
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

    func handle(
        _ request: Request,
        context: Context,
        next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError where error.status == .notFound {
            guard request.method == .get || request.method == .head,
                let file = self.files.file(at: PercentEncoding.decode(request.uri.path[...]))
            else { throw error }
            return Self.response(to: request, file)
        }
    }

    private static func response(to request: Request, _ file: PageFiles.File) -> Response {
        let accepted = AcceptedEncodings(request.headers[.acceptEncoding])
        let compressed = accepted.takesGzip ? file.compressed : nil
        let chosen = compressed ?? file.plain
        // Validators make a second look cheap, and a new version is seen at once.
        var headers: HTTPFields = [.eTag: chosen.entityTag, .cacheControl: "no-cache"]
        if file.compressed != nil { headers[.vary] = "Accept-Encoding" }
        if let known = request.headers[.ifNoneMatch], Self.matches(known, chosen.entityTag) {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = file.contentType
        if compressed != nil { headers[.contentEncoding] = "gzip" }
        guard request.method == .get else {
            headers[.contentLength] = String(chosen.bytes.readableBytes)
            return Response(status: .ok, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: chosen.bytes))
    }

    /// Whether a list of validators has this one (RFC 9110, section 13.1.2).
    private static func matches(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").map { String($0).trimmingWhitespace }.contains { known in
            known == "*" || known == tag || known == "W/" + tag
        }
    }
}
