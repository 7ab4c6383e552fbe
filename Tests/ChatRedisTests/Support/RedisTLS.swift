import Foundation
import NIOSSL
import TestSupport

@testable import ChatRedis

/// The certificate and the key of servers that speak TLS, as files.
struct RedisTLS {
    private let certificate: URL
    private let key: URL

    /// Writes the files for as long as the body runs.
    static func with(_ body: (RedisTLS) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let tls = RedisTLS(
            certificate: directory.appendingPathComponent("certificate.pem"),
            key: directory.appendingPathComponent("key.pem")
        )
        try Data(TestCertificate.certificate.utf8).write(to: tls.certificate)
        try Data(TestCertificate.key.utf8).write(to: tls.key)
        try await body(tls)
    }

    /// The settings of a server, their names and their values.
    ///
    /// The certificate has signed itself, so it is the authority as well. Servers show it to each other; clients show none.
    ///
    /// - Parameter port: The port on which it speaks TLS.
    /// - Returns: The settings.
    func settings(port: Int) -> [(name: String, value: String)] {
        [
            ("tls-port", "\(port)"), ("tls-auth-clients", "no"), ("tls-ca-cert-file", self.certificate.path),
            ("tls-cert-file", self.certificate.path), ("tls-key-file", self.key.path),
        ]
    }

    /// The same as options of `redis-server`.
    func options(port: Int) -> [String] { self.settings(port: port).flatMap { ["--\($0.name)", $0.value] } }

    /// The rules of a node that trusts these servers.
    func rules() throws -> TLSConfiguration {
        var rules = TLSConfiguration.makeClientConfiguration()
        let trusted = try NIOSSLCertificate.fromPEMBytes(Array(TestCertificate.certificate.utf8))
        rules.trustRoots = .certificates(trusted)
        return rules
    }
}
