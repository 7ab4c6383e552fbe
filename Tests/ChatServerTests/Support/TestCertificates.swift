import ChatNode
import Foundation
import NIOCore
import NIOSSL
import NIOTLS
import Testing

/// Certificates made for one test, in a folder of their own: an authority, and what it has signed.
struct TestCertificates {
    private let folder: URL

    /// The certificate of the authority.
    var authority: String { self.path("authority.pem") }

    /// Makes an authority, hands it to the test, and removes everything.
    static func with<Result>(_ body: (TestCertificates) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let certificates = TestCertificates(folder: folder)
        try await certificates.make("authority", "-subj '/CN=the tests'")
        return try await body(certificates)
    }

    /// The path of a file in the folder.
    func path(_ name: String) -> String { self.folder.appending(path: name).path }

    /// Makes a certificate for this machine, and its key.
    func issue(_ name: String) async throws -> ServerTLS.Files {
        let signer = "-CA '\(self.authority)' -CAkey '\(self.path("authority.key"))'"
        let names = "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=CA:FALSE"
        try await self.make(name, "-subj '/CN=\(name)' \(signer) \(names)")
        return ServerTLS.Files(certificate: self.path("\(name).pem"), key: self.path("\(name).key"))
    }

    private func make(_ name: String, _ options: String) async throws {
        let outcome = try await ServerProcess.run(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \(options) \
                -keyout '\(self.path("\(name).key"))' -out '\(self.path("\(name).pem"))'
            """
        )
        try #require(outcome.status == 0, "\(outcome)")
    }

    /// The rules of a client that trusts the authority.
    func client(_ change: (inout TLSConfiguration) -> Void = { _ in }) throws -> NIOSSLContext {
        var rules = TLSConfiguration.makeClientConfiguration()
        rules.trustRoots = .file(self.authority)
        change(&rules)
        return try NIOSSLContext(configuration: rules)
    }

    /// Encrypts a connection of a client, if it is to be encrypted.
    static func encrypt(_ channel: any Channel, _ tls: NIOSSLContext?) throws {
        guard let tls else { return }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
        try pipeline.addHandler(ProtocolWatch())
    }
}

/// Notes the protocol that a client has agreed on with the server.
final class ProtocolWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private(set) var agreed: String?

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted(let agreed) = event { self.agreed = agreed }
        context.fireUserInboundEventTriggered(event)
    }
}

/// A certificate for `localhost` that expired in 2020, and its key; both are known to everybody.
enum ExpiredCertificate {
    static let pem = """
        -----BEGIN CERTIFICATE-----
        MIIBDzCBtgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwHhcN
        MjAwMTAxMDAwMDAwWhcNMjAwMTAyMDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhv
        c3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQTxdUFR0kVmy+jY9n+21BfcImM
        eMM86fpAqrCsm9IteRmYWYAZmnJKhslOuwRHkr1WlwjL3lXDtD7ftvYfw4jzMAoG
        CCqGSM49BAMCA0gAMEUCIQCT7BjYS13eipgaIMVXSBtOP13kBqfHsvy7uKWBcnaf
        KgIgQTRCXLDTULVs66sCSza3TNMctNXPR7md+X6QnRPAiQY=
        -----END CERTIFICATE-----
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOZ10RVMNq9sZkWch
        bpnln0w2LQxmvgg7MqHGaKmH716hRANCAAQTxdUFR0kVmy+jY9n+21BfcImMeMM8
        6fpAqrCsm9IteRmYWYAZmnJKhslOuwRHkr1WlwjL3lXDtD7ftvYfw4jz
        -----END PRIVATE KEY-----
        """
}
