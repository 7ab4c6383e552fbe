import Foundation
import Glibc

/// A Unix domain socket to listen on, beside the port: a proxy on the same machine saves the cost of TCP.
///
/// Who may connect is decided by the rights of its folder. Its peers have no address, and count as this machine
/// (`127.0.0.1`).
package struct SocketFile: Equatable, Sendable, CustomStringConvertible {
    /// Something is at the path that must not be replaced.
    enum Fault: Error, CustomStringConvertible {
        /// Another process listens there.
        case isInUse
        /// It is no socket.
        case isNoSocket

        var description: String {
            switch self {
            case .isInUse: "another process listens there"
            case .isNoSocket: "there is a file that is no socket"
            }
        }
    }

    /// The most bytes of a path: the shortest that any system has (macOS: 104), which ends it with a zero.
    package static let maximumBytes = 103

    package let path: String

    /// Reads `unix:PATH`; nil when it is not that, or too long.
    package init?(_ text: String) {
        guard text.hasPrefix("unix:") else { return nil }
        self.path = String(text.dropFirst("unix:".count))
        guard (1...Self.maximumBytes).contains(self.path.utf8.count), !self.path.utf8.contains(0) else { return nil }
    }

    package var description: String { "unix:\(self.path)" }

    /// Removes a socket on which nobody listens any more: a process that was killed leaves it.
    ///
    /// - Throws: ``Fault``.
    func clear() throws(Fault) {
        // It is about the file itself, and not about that to which a link leads.
        guard let facts = try? FileManager.default.attributesOfItem(atPath: self.path) else { return }
        guard facts[.type] as? FileAttributeType == .typeSocket else { throw .isNoSocket }
        guard !self.hasListener() else { throw .isInUse }
        unlink(self.path)
    }

    /// Only a refusal says that nobody listens: one whose queue is full lets us wait, and that of another user forbids it.
    private func hasListener() -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: self.path.utf8) }
        return withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 || errno != ECONNREFUSED
            }
        }
    }
}
