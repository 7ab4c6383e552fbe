internal import ChatClient
internal import ChatCore
package import ChatSystem

/// The reason why a command cannot begin or go on, in one line.
///
/// The command line was valid, so its usage is not printed.
package struct Fault: Error, Equatable {
    /// The reason, for people.
    package var message: String
    /// The status with which the program ends.
    package var status: ExitStatus

    package init(_ message: String, _ status: ExitStatus = .usage) {
        self.message = message
        self.status = status
    }

    /// - Parameters:
    ///   - english: The fault, a ``Sentence``.
    ///   - values: The values of its placeholders.
    ///   - status: The status with which the program ends.
    package init(
        saying english: String,
        _ values: KeyValuePairs<String, String> = [:],
        _ status: ExitStatus = .usage
    ) {
        self.init(Sentence(english, values).text(), status)
    }

    /// A file that cannot be used.
    package init(_ error: FileError) { self.init(Words.of(error), .storage) }
}

extension Fault {
    /// Runs code that can fail because of settings, files or addresses.
    ///
    /// - Throws: ``Fault`` in place of their errors.
    package static func unless<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch { throw Self(of: error) ?? error }
    }

    package static func unless<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw Self(of: error) ?? error }
    }

    private init?(of error: any Error) {
        switch error {
        case let error as FileError: self.init(error)
        case let error as ClientError: self.init(Words.of(error))
        case let error as ProtocolError: self.init(Words.of(error))
        default: return nil
        }
    }
}
