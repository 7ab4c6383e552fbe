package import Foundation
import NIOCore
import NIOSSL

/// The certificate of a node with its key, read from files, and the TLS that new connections get from them.
package struct ServerTLS: Sendable {
    /// The most bytes of a file: a chain has some kilobytes.
    private static let maximumFile = 1 << 20

    /// The files with the chain of certificates and with the key; both may be one.
    package let files: Files
    private let chain: [NIOSSLCertificate]
    private let key: NIOSSLPrivateKey
    let context: NIOSSLContext

    /// Where the certificate and its key are.
    package struct Files: Equatable, Sendable {
        /// A PEM file: the node's certificate first, then those that lead from it to an authority.
        package var certificate: String
        /// A PEM file with the key, without a passphrase.
        package var key: String

        package init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// The reason why files cannot be used.
    package enum Fault: Error, Equatable, Sendable {
        /// The file of the certificate is not there, is no ordinary file, or may not be read.
        case certificateUnreadable
        /// It has no certificate in PEM form.
        case noCertificate
        case keyUnreadable
        /// The file has no key in PEM form, or one with a passphrase.
        case noKey
        /// The key is that of another certificate.
        case mismatch
    }

    /// Reads the files.
    ///
    /// - Throws: ``Fault``.
    package init(_ files: Files) throws(Fault) {
        self.files = files
        guard let certificate = Self.read(files.certificate) else { throw .certificateUnreadable }
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(certificate), !chain.isEmpty else { throw .noCertificate }
        guard let bytes = Self.read(files.key) else { throw .keyUnreadable }
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else { throw .noKey }
        // BoringSSL compares the two.
        guard let context = try? NIOSSLContext(configuration: Self.rules(chain, key)) else { throw .mismatch }
        self.chain = chain
        self.key = key
        self.context = context
    }

    private static func rules(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) -> TLSConfiguration {
        var rules = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        // Older versions must not be spoken (RFC 8996).
        rules.minimumTLSVersion = .tlsv12
        // WebSockets over HTTP/2 are not served; a client that could speak it must not be led to believe that (RFC 7301).
        rules.applicationProtocols = ["http/1.1"]
        // A peer that has had five seconds for its last bytes gets no more to say that it has them.
        rules.shutdownTimeout = .seconds(1)
        return rules
    }

    private static func read(_ path: String) -> [UInt8]? {
        let manager = FileManager.default
        // A pipe would keep the node waiting.
        let path = URL(filePath: path).resolvingSymlinksInPath().path
        guard let attributes = try? manager.attributesOfItem(atPath: path),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? Int, size <= Self.maximumFile
        else { return nil }
        return manager.contents(atPath: path).map { [UInt8]($0) }
    }

    /// The time after which clients refuse the certificate.
    package var expiry: Date { Date(timeIntervalSince1970: TimeInterval(self.chain[0].notValidAfter)) }

    /// Whether other users of the machine may read the key.
    package var isKeyOpen: Bool {
        let path = URL(filePath: self.files.key).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.posixPermissions] as? Int).map { $0 & 0o004 != 0 } ?? false
    }
}

extension ServerTLS: Equatable {
    /// Whether both stand for the same certificate and key, whatever their files are called.
    package static func == (one: ServerTLS, two: ServerTLS) -> Bool { one.chain == two.chain && one.key == two.key }
}

extension ServerTLS: CustomStringConvertible {
    /// Without the key.
    package var description: String { self.files.certificate }
}
