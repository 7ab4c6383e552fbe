import ChatSystem
package import NIOSSL

/// How the server knows who its clients are; as it begins, it is open to everybody.
package struct IdentityConfiguration: Sendable {
    /// Where the keys for tokens come from.
    package enum Source: Sendable, Equatable {
        /// A file, which is read again when it changes.
        case file(String)
        /// An address, which is asked again.
        case address(KeyAddress)
    }

    /// The source of keys; nil: the server asks for no tokens.
    package var source: Source?
    /// What is asked of each token.
    package var rules = TokenRules()
    /// The authorities for the certificate of an address; nil: those that the system trusts.
    package var authorities: NIOSSLTrustRoots?
    /// How long an address has to answer, and how long a token waits for newer keys: clients wait as long for their
    /// welcome.
    package var patience = Duration.seconds(10)
    /// The keys of the file, read before the server starts.
    package private(set) var keys: KeySet?
    /// The file as it was before it was read.
    private(set) var stamp: FileStamp?

    package init() {}

    /// Reads the file with the keys: a server whose file is wrong does not start.
    ///
    /// - Throws: ``KeyError``.
    package mutating func readKeys() async throws(KeyError) {
        guard case .file(let path) = self.source else { return }
        self.stamp = FileStamp(path)
        self.keys = try await Self.keys(try Self.bytes(ofFile: path), ofFile: path)
    }

    /// Reads a file with keys.
    ///
    /// - Throws: ``KeyError`` when it cannot be read, whatever is in it.
    static func bytes(ofFile path: String) throws(KeyError) -> [UInt8] {
        let bytes: [UInt8]?
        do throws(FileError) { bytes = try AtomicFile.read(path) } catch { throw KeyError("\(path) cannot be read") }
        guard let bytes else { throw KeyError("there is no file \(path)") }
        return bytes
    }

    /// The keys in a file that was read.
    ///
    /// - Throws: ``KeyError``, which names the file.
    static func keys(_ bytes: [UInt8], ofFile path: String) async throws(KeyError) -> KeySet {
        do throws(KeyError) { return try await KeyFile.read(bytes) } catch {
            throw KeyError("\(path): \(error.reason)")
        }
    }
}

extension IdentityConfiguration: CustomStringConvertible {
    /// Who is let in, for an operator.
    package var description: String {
        switch self.source {
        case nil: "everybody"
        case .file(let path): "those with a token, by the keys in \(path)"
        case .address(let address): "those with a token, by the keys of \(address)"
        }
    }
}
