internal import Glibc

/// The small files in which Linux says what it knows.
enum SystemFile {
    /// The most bytes that are read.
    private static let maximumBytes = 4096

    /// The beginning of a file; nil when it cannot be read.
    static func firstLine(of path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: Self.maximumBytes)
        let count = fread(&bytes, 1, bytes.count, file)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
