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
/// is the hash of the file. Whoever has the file asks with it and gets 304.
final class PageFiles: Sendable {
    /// The largest file that is served.
    private static let maximumBytes = 16 << 20

    struct File: Sendable {
        let bytes: ByteBuffer
        let entityTag: String
        let contentType: String
        fileprivate let version: Version
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
        let file = File(
            bytes: ByteBuffer(bytes: data),
            entityTag: "\"\(hash.joined())\"",
            contentType: Self.contentType(url.pathExtension),
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
        // Validators make a second look cheap, and a new version is seen at once.
        let validators: HTTPFields = [.eTag: file.entityTag, .cacheControl: "no-cache"]
        if let known = request.headers[.ifNoneMatch], Self.matches(known, file.entityTag) {
            return Response(status: .notModified, headers: validators)
        }
        var headers = validators
        headers[.contentType] = file.contentType
        guard request.method == .get else {
            headers[.contentLength] = String(file.bytes.readableBytes)
            return Response(status: .ok, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.bytes))
    }

    /// Whether a list of validators has this one (RFC 9110, section 13.1.2).
    private static func matches(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").map { String($0).trimmingWhitespace }.contains { known in
            known == "*" || known == tag || known == "W/" + tag
        }
    }
}
